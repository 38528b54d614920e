"""The front door of the lab: `streamlit run streamlit_app.py`."""


def main() -> None:
    """Draw the navigation, the bench and the page that was asked for."""
    # Worker processes execute this file again, so nothing heavy is imported above.
    import streamlit as st

    from mnist_demo.app import navigation, sidebar, warm_up
    from mnist_demo.app.session import opening
    from mnist_demo.app.streamlit_patches import presses, unsent
    from mnist_demo.app.theme import help_names, style

    st.set_page_config(page_title="Digit lab", page_icon=str(style.ICON), layout="wide")
    presses.count_once()
    unsent.keep()
    style.apply()
    warm_up.begin()
    opening.open_lab()
    page = st.navigation(navigation.pages())
    with st.sidebar:
        sidebar.show()
        help_names.apply()
    try:
        page.run()
    finally:
        warm_up.freeze_imports(page.title)


if __name__ == "__main__":
    main()
