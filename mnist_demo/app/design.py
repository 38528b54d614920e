import streamlit as st

st.title("Design")
