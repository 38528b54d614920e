"""The front door of the lab: `streamlit run streamlit_app.py`."""


def main() -> None:
    """Draw the navigation, the bench and the page that was asked for."""
    # Worker processes execute this file again, so nothing heavy is imported above.
    import streamlit as st

    from mnist_demo.app import ahead, bench, navigation, presses, state, style, unsent

    st.set_page_config(page_title="Digit lab", page_icon=":material/draw:", layout="wide")
    presses.count_once()
    unsent.keep()
    style.apply()
    ahead.begin()
    state.open_lab()
    page = st.navigation(navigation.pages())
    with st.sidebar:
        bench.show()
    try:
        page.run()
    finally:
        ahead.freeze_imports(page.title)


if __name__ == "__main__":
    main()
