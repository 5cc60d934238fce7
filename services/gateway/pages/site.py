"""The blueprint of all pages and of the files they load."""

from flask import Blueprint

site = Blueprint(
    "pages",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/static",
)
