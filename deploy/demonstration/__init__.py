"""A synthetic district for demonstrations and trials: nobody in it exists, and every name says so."""

from deploy.demonstration.register import register_rows, write_register

__all__ = ["register_rows", "write_register"]
