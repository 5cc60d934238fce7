"""Who acts: the enterprise itself, or the authority that receives, advises and orders."""

ENTERPRISE, AUTHORITY = 1, 3
