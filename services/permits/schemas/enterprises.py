"""What permits adds to the file of an enterprise."""

from marshmallow import fields

from services.permits.schemas.commitments import Commitment
from shared.http import Schema


class WorkAtEnterprise(Schema):
    """Today's commitment, null when none is owed or made; ``misses_this_month`` also when none is owed today.

    ``ruleset``: the rules of hazardous work that the enterprise works under.
    """

    enterprise_id = fields.String(required=True)
    owes_commitment = fields.Boolean(required=True)
    commitment = fields.Nested(Commitment, required=True, allow_none=True)
    misses_this_month = fields.Integer(required=True)
    suggests_credit_entry = fields.Boolean(required=True)
    ruleset = fields.String(required=True)
