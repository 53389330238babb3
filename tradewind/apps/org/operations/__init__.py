"""Verbs of the house itself."""

from tradewind.apps.org.operations.acting import Act, acting
from tradewind.apps.org.operations.approvals import answer_approvals, ask_approvals
from tradewind.apps.org.operations.companies import (
    NewCompany,
    NewQualification,
    Renewal,
    create_companies,
    create_company,
    register_qualifications,
    renew_qualification,
    renew_qualifications,
)
from tradewind.apps.org.operations.costing import change_costing
from tradewind.apps.org.operations.files import read_file, store_file
from tradewind.apps.org.operations.people import (
    NewUser,
    create_user,
    deactivate_user,
    reactivate_user,
    set_password,
    set_role,
    set_scope,
)
from tradewind.apps.org.operations.tokens import create_token, revoke_tokens

__all__ = [
    "Act",
    "NewCompany",
    "NewQualification",
    "NewUser",
    "Renewal",
    "acting",
    "answer_approvals",
    "ask_approvals",
    "change_costing",
    "create_companies",
    "create_company",
    "create_token",
    "create_user",
    "deactivate_user",
    "reactivate_user",
    "read_file",
    "register_qualifications",
    "renew_qualification",
    "renew_qualifications",
    "revoke_tokens",
    "set_password",
    "set_role",
    "set_scope",
    "store_file",
]
