"""What a thief of the database finds: no token, code, ticket or identity secret as it is used (embedding contract 16)."""

from sqlalchemy import text as sql

from halloo.db.schema import UNSCOPED
from halloo.db.tx import Tx
from tests.isolation.grounds import TABLES
from tests.mail.office import EMAIL, Office
from tests.mail.test_links import asked, code_by_mail, redeem
from tests.public.people import hmac_issuer, identify, keys_of
from tests.public.shop import SHOP, guest
from tests.support.identity import Issuer, decoded


def _dump(tx: Tx) -> dict[str, str]:
    return {table: repr(tx.all(sql(f"SELECT * FROM {table}"))) for table in [*TABLES, *UNSCOPED]}


async def test_cve_2022_1235_cve_2024_36679_cve_2022_1021_a_dump_with_mail_and_links_holds_no_secret(
    office: Office,
) -> None:
    shop = office.shop
    visitor, _ = await office.visitor()
    used = (await redeem(office, await code_by_mail(office))).json()
    waiting = await code_by_mail(office)
    assert (await asked(office)).status_code == 202
    invitation = await shop.manage("POST", "/core/invitations", {"email": "grace@acme.example", "role": "operator"})
    made = await shop.manage("POST", keys_of(shop), {"alg": "HMAC-user-id", "secret": "from another messenger"})
    assert made["alg"] == "HMAC-user-id"
    second = await shop.manage("POST", keys_of(shop), {"alg": "HS256"})
    issuer: Issuer = await hmac_issuer(shop)
    known = await identify(shop, await shop.arrive(), issuer)
    ticket = (await shop.call("POST", "/embed-ticket", {}, {"Origin": SHOP})).json()["ticket"]
    body = {"user_id": guest(), "parent_origin": SHOP, "embed_ticket": ticket}
    proven = (await shop.call("POST", "/visitor", body)).json()
    jwt = issuer.token(shop.api.clock() / 1000)
    secrets = {
        "a visitor's token": visitor.token,
        "one that came with a link": used["visitor"]["visitor_token"],
        "a known visitor's token": known.visitor.token,
        "a token of the relay": known.relay["token"],
        "one of a proven page": proven["visitor"]["visitor_token"],
        "a link that was not used yet": waiting,
        "an invitation": invitation["url"].partition("#")[2],
        "an API token": shop.manager["Authorization"].removeprefix("Bearer "),
        "a ticket": ticket,
        "a proof of identity": jwt,
        "an identity secret": second["secret"],
        "the bytes of one": decoded(second["secret"]).hex(),
        "a secret from elsewhere": "from another messenger",
    }
    await office.planned()
    stored = await office.database.read(office.workspace_id, _dump)
    for table in ("mails", "continue_codes", "identity_keys", "visitor_tokens", "used_tickets", "invitations"):
        assert stored[table] != "[]", f"nothing to steal in {table}"
    assert EMAIL in stored["mails"]
    for name, secret in secrets.items():
        assert len(secret) >= 22, name
        for table, rows in stored.items():
            assert secret not in rows, (name, table)
            assert secret[4:] not in rows, (name, table)
    drawn = [second["secret"], *(secrets[name][4:] for name in ("a visitor's token", "an API token"))]
    assert all(len(decoded(one)) >= 32 for one in drawn), "256 bits"
    assert len(decoded(waiting)) == 32
