import streamlit as st
from mnist_demo.app.canvas import drawing_canvas, clear_canvas
st.title("Draw")
@st.fragment
def f():
    st.write([k for k in st.session_state if k.startswith("canvas")])
    st.button("Clear", on_click=clear_canvas)
    s=drawing_canvas()
    st.write([len(x) for x in s], st.session_state["canvas_start"] is None)
f()
