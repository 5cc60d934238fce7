"""The tests; what they import of the product is marked first, when it is measured what they reach."""

from tests.support import marks

marks.begin()
