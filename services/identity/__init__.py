"""identity: who may do what. Accounts, roles, jurisdiction, tokens and their keys."""
