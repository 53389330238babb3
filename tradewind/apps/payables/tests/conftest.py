from tests.people import users  # noqa: F401
from tests.speech import english  # noqa: F401
