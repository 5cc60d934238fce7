"""The routes of credit, by topic."""

from services.credit.api.accidents import blp as accidents
from services.credit.api.cases import blp as cases
from services.credit.api.cases import public as public_list
from services.credit.api.checks import blp as checks
from services.credit.api.enterprise_files import blp as enterprise_files
from services.credit.api.exposures import blp as exposures
from services.credit.api.exposures import public as public_exposures
from services.credit.api.imports import blp as imports
from services.credit.api.limits import blp as limits
from services.credit.api.penalties import blp as penalties
from services.credit.api.penalties import public as public_penalties
from services.credit.api.rating_policies import blp as rating_policies
from services.credit.api.ratings import blp as ratings
from services.credit.api.restrictions import blp as restrictions
from services.credit.api.suggestions import blp as suggestions
from services.credit.api.suggestions import closing as closures
from services.credit.api.violations import blp as violations

BLUEPRINTS = (
    violations,
    penalties,
    public_penalties,
    exposures,
    public_exposures,
    accidents,
    imports,
    closures,
    suggestions,
    cases,
    restrictions,
    checks,
    public_list,
    enterprise_files,
    ratings,
    rating_policies,
    limits,
)
