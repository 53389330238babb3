from tests.people import users  # noqa: F401
