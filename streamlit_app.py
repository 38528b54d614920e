"""The front door of the lab: `streamlit run streamlit_app.py`."""

# Worker processes may execute this file again, as `__mp_main__`, and import nothing heavy.
if __name__ != "__mp_main__":
    import streamlit as st

    from mnist_demo.app import server

    app = st.App(server.PAGE_SCRIPT, lifespan=server.lifespan, routes=server.ROUTES, middleware=server.MIDDLEWARE)
