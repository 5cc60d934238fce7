"""The gateway: one door for browsers, phones and agencies, and the four-colour map behind it."""
