"""What npm and Allure 3 need to draw the page: the pinned package, its lock, the configuration."""


class ReportError(Exception):
    """Why there is no page: one line that a person can act on."""
