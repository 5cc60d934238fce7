"""Every write of identity."""

from services.identity.use_cases.accounts import (
    account_for_change,
    change_account,
    create_account,
    disable_account,
    enable_account,
    ensure_administrator,
    unmask_account,
)
from services.identity.use_cases.agencies import (
    client_for_change,
    issue_client_token,
    put_grant,
    register_client,
    review_grants,
    rotate_secret,
    switch_client,
    withdraw_grant,
)
from services.identity.use_cases.claims import approve_claim, make_claim, refuse_claim
from services.identity.use_cases.following import (
    follow_merge,
    follow_standing,
    follow_teams,
    keep_enterprises,
    keep_persons,
    review_person,
)
from services.identity.use_cases.keys import (
    ensure_signing_keys,
    forget_retired_keys,
    is_rotation_due,
    rotate_signing_key,
)
from services.identity.use_cases.members import (
    accept_invitation,
    invite_again,
    invite_member,
    link_member,
    member_for_change,
    sign_as_member,
    take_back_invitation,
)
from services.identity.use_cases.oidc import begin_flow, sign_in_by_provider, take_flow
from services.identity.use_cases.passwords import change_own_password, reset_password
from services.identity.use_cases.sessions import (
    SignedIn,
    end_own_session,
    end_session,
    forget_old_sessions,
    renew_session,
    sign_in,
)
from services.identity.use_cases.staff import end_absence, enter_absence, review_standing

__all__ = [
    "begin_flow",
    "sign_in_by_provider",
    "take_flow",
    "approve_claim",
    "follow_merge",
    "follow_standing",
    "follow_teams",
    "keep_enterprises",
    "keep_persons",
    "review_person",
    "make_claim",
    "refuse_claim",
    "accept_invitation",
    "invite_again",
    "invite_member",
    "link_member",
    "member_for_change",
    "sign_as_member",
    "take_back_invitation",
    "client_for_change",
    "issue_client_token",
    "put_grant",
    "register_client",
    "review_grants",
    "rotate_secret",
    "switch_client",
    "withdraw_grant",
    "SignedIn",
    "account_for_change",
    "change_account",
    "change_own_password",
    "create_account",
    "disable_account",
    "enable_account",
    "end_absence",
    "end_own_session",
    "end_session",
    "ensure_administrator",
    "ensure_signing_keys",
    "enter_absence",
    "forget_old_sessions",
    "forget_retired_keys",
    "is_rotation_due",
    "renew_session",
    "reset_password",
    "review_standing",
    "rotate_signing_key",
    "sign_in",
    "unmask_account",
]
