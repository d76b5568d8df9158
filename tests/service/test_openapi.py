"""The OpenAPI document: what it has, and that it is true."""

import base64
import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import attrs
import pytest
from aiohttp import web
from annotated_types import Ge, MinLen
from hypothesis import given
from hypothesis import strategies as st
from pytest_aiohttp.plugin import AiohttpClient

import service
from jobdefs import Catalog, Definition, define
from jobdefs.errors import InvalidOption
from jobdefs.storage.contract import Outcome
from jobdefs.storage.drivers import AsyncStore
from jobdefs.storage.execution import ExecutionCalls
from jobdefs.wire import codec
from jobdefs.wire.text import write_json
from service import idempotency, intake
from service.openapi.bodies import OPTIONS
from service.openapi.description import DESCRIPTION
from service.openapi.document import document
from service.problems import KINDS
from service.queue import QueueService
from service.routes import ROUTES
from service.settings import ServiceSettings
from tests.service.conftest import Client
from tests.support.contract import Contract, closed, misfits
from tests.support.definitions import defined

PAYLOAD = {"message": "hello"}
JSON = {"Content-Type": "application/json"}


@attrs.frozen
class Address:
    """Where somebody lives."""

    street: Annotated[str, MinLen(3)]
    neighbour: "Address | None" = None


@define("PARCEL.SEND", queue="post", timeout=timedelta(seconds=30))
@attrs.frozen
class Parcel:
    """Sends a parcel."""

    to: Address
    grams: Annotated[int, Ge(10)]
    contents: "list[Parcel]" = attrs.field(factory=list)
    # Names of keywords are names of fields, too.
    default: str = "x"


@define("many")
@attrs.frozen
class Riddle:
    """Has a field that nobody guesses."""

    word: str = attrs.field(validator=attrs.validators.matches_re(r"abra[0-9]{7}cadabra"))


@define("wait")
@attrs.frozen
class Wait:
    """Has a field of each type that is a string in JSON only."""

    until: datetime
    day: date
    longest: timedelta
    ticket: UUID
    price: Decimal
    seal: bytes


PARCEL, RIDDLE, WAIT = defined(Parcel), defined(Riddle), defined(Wait)
NAMES = ("PARCEL.SEND", "many")


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    """The document of a service with a few definitions, as JSON has it."""
    written: dict[str, Any] = json.loads(write_json(document(ROUTES, Catalog((PARCEL, RIDDLE)), guarded=True)))
    return written


def parts(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts(part)


def test_references(described: dict[str, Any]):
    """Every reference leads somewhere, and everything that is there to be referred to is."""
    contract, used = Contract(described), set()
    for part in parts(described):
        for reference in [part.get("$ref"), *part.get("mapping", {}).values()]:
            if isinstance(reference, str):
                assert contract.found({"$ref": reference}) is not None
                used.add(reference)
    kinds = {kind: set(named) for kind, named in described["components"].items() if kind != "securitySchemes"}
    there = {f"#/components/{kind}/{name}" for kind, named in kinds.items() for name in named}
    assert there == used
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for named in kinds.values() for name in named)


def test_a_typed_body_for_each_job(described: dict[str, Any]):
    """Each definition has a path of its own, whose body has its payload, and no other path has gaps but for ids."""
    paths = described["paths"]
    assert {path for path in paths if path.startswith("/v1/enqueue/")} == {
        "/v1/enqueue/PARCEL.SEND",
        "/v1/enqueue/many",
    }
    assert {gap for path in paths for gap in re.findall(r"{\w+}", path)} == {"{id}"}
    operation = paths["/v1/enqueue/PARCEL.SEND"]["post"]
    assert operation["description"].startswith("Sends a parcel.\n\nQueue `post`, priority 0, at most 3 attempts, of at")
    body = operation["requestBody"]["content"]["application/json"]["schema"]
    assert misfits(described, body, {"payload": {"to": {"street": "Lane"}, "grams": 10}, "delay_ms": 5}) == []
    (misfit,) = misfits(described, body, {"payload": {"to": {"street": "Lane"}, "grams": 9}})
    assert misfit == "$.payload.grams: 9 is less than the minimum of 10"


def test_classes_within_classes(described: dict[str, Any]):
    """What a payload's schema refers to is where the document has it, also where it leads back to itself."""
    schemas = described["components"]["schemas"]
    assert {name for name in schemas if "PARCEL" in name and "." in name} >= {"Part.PARCEL.SEND.Address"}
    parcel = {"to": {"street": "Lane", "neighbour": {"street": "Way"}}, "grams": 10}
    payload = {"$ref": "#/components/schemas/Payload.PARCEL.SEND"}
    assert misfits(described, payload, parcel | {"contents": [parcel]}) == []
    assert misfits(described, payload, parcel | {"contents": [{"to": {"street": "L"}, "grams": 10}]})


def test_operations_are_told_apart(described: dict[str, Any]):
    """No two operations have one id, whatever jobs are named."""
    ids = [operation["operationId"] for item in described["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    assert {"enqueue.many", "enqueue_many", "enqueue.PARCEL.SEND"} <= set(ids)


def test_every_error(described: dict[str, Any]):
    """Each error that a client may get stands in the document, with its status and an example."""
    schemas = described["components"]["schemas"]
    told = {(schema["properties"]["status"]["const"], name) for name, schema in schemas.items() if "Problem." in name}
    ours = {
        (int(kind.status), f"Problem.{error.code}") for error, kind in KINDS.items() if error.__subclasses__() == []
    }
    assert ours <= told
    text = json.dumps(described["paths"]) + json.dumps(described["components"]["responses"])
    assert [name for _, name in told if f'schemas/{name}"' not in text] == []


def test_examples_fit(described: dict[str, Any]):
    """Every example fits its schema."""
    schemas = closed(described["components"]["schemas"])
    whole = described | {"components": described["components"] | {"schemas": schemas}}
    found = [(name, example) for name, schema in schemas.items() for example in schema.get("examples", ())]
    assert len(found) > len(KINDS)
    for name, example in found:
        assert misfits(whole, {"$ref": f"#/components/schemas/{name}"}, example) == [], name


def test_an_example_of_what_is_a_string_in_json():
    """Times, durations, numbers and bytes have examples that their class accepts."""
    schemas = document(ROUTES, Catalog((WAIT,)), guarded=True)["components"]["schemas"]

    (example,) = schemas["Payload.wait"]["examples"]
    assert isinstance(codec.structure(WAIT, example), Wait)


def test_an_example_for_each_payload(described: dict[str, Any]):
    """A payload's example is one that its class accepts; where no guess fits there is none."""
    schemas = described["components"]["schemas"]
    (example,) = schemas["Payload.PARCEL.SEND"]["examples"]
    assert isinstance(codec.structure(PARCEL, example), Parcel)
    assert schemas["Enqueue.PARCEL.SEND"]["examples"] == [{"payload": example}]
    assert "examples" not in schemas["Payload.many"]


@pytest.mark.parametrize("type_", [Annotated[str, MinLen(10**12)], Annotated[list[int], MinLen(10**12)]])
def test_no_example_that_fits_nowhere(type_: Any):
    """An example that is too long to be read is not made, lest the document take all the memory."""
    payload = attrs.make_class("Payload", {"x": attrs.field(type=type_)})
    whole = document(ROUTES, Catalog((Definition(name="LONG", payload=payload),)), guarded=True)
    assert "examples" not in whole["components"]["schemas"]["Payload.LONG"]


def test_nothing_to_enqueue():
    """A service without definitions has a document, too."""
    described = document(ROUTES, ())
    assert "/v1/enqueue/{name}" not in described["paths"]
    assert described["components"]["schemas"]["Entry"] == {"type": "object"}


def test_options():
    """The document has the options that an enqueue takes, and no others."""
    assert OPTIONS.keys() == intake.OPTIONS.keys()


@given(st.from_regex(idempotency.PATTERN, fullmatch=True) | st.text(st.characters(max_codepoint=255), max_size=260))
def test_keys(key: str):
    """A key that fits its pattern is taken, and no other one."""
    try:
        taken = idempotency.read_key([key.strip(" \t")]) is not None
    except InvalidOption:
        taken = False
    assert taken == bool(re.fullmatch(idempotency.PATTERN, key.strip(" \t")))


def post(path: str, body: Any = None, **headers: str) -> tuple[str, str, bytes | None, dict[str, str]]:
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    return "POST", path, data, JSON | {name.replace("_", "-"): value for name, value in headers.items()}


def get(path: str, **headers: str) -> tuple[str, str, bytes | None, dict[str, str]]:
    return "GET", path, None, {name.replace("_", "-"): value for name, value in headers.items()}


ENQUEUE = "/v1/enqueue/TEST_JOB"
ONE = {"payload": PAYLOAD}
DRIVEN = {
    "enqueue.TEST_JOB 202": post(ENQUEUE, ONE),
    "enqueue.TEST_JOB 200": post(ENQUEUE, ONE | {"id": "ready"}),
    "enqueue.TEST_JOB 400 body_invalid": post(ENQUEUE, b"{"),
    "enqueue.TEST_JOB 409 idempotency_conflict": post(ENQUEUE, ONE | {"id": "ready", "priority": 1}),
    "enqueue.TEST_JOB 409 job_duplicate": post(ENQUEUE, ONE | {"unique_key": "k", "on_conflict": "error"}),
    "enqueue.TEST_JOB 413 too_large": post(ENQUEUE, b" " * 300_000),
    "enqueue.TEST_JOB 415 unsupported_media_type": post(ENQUEUE, ONE, Content_Type="text/plain"),
    "enqueue.TEST_JOB 422 option_invalid": post(ENQUEUE, ONE, Idempotency_Key="a b"),
    "enqueue.TEST_JOB 422 payload_invalid": post(ENQUEUE, {"payload": {"message": 7}}),
    "enqueue.TEST_JOB 503 not_durable": post(ENQUEUE, ONE | {"durability": "replica:1"}),
    "enqueue_many 200": post("/v1/enqueue", {"jobs": [{"name": "TEST_JOB"} | ONE, {"name": "TEST_JOBB"} | ONE, 7]}),
    "enqueue_many 400 body_invalid": post("/v1/enqueue"),
    "enqueue_many 413 too_large": post("/v1/enqueue", b" " * 9_000_000),
    "enqueue_many 415 unsupported_media_type": post("/v1/enqueue", {}, Content_Type="text/plain"),
    "enqueue_many 422 option_invalid": post("/v1/enqueue", {}),
    "job 200": get("/v1/jobs/dead"),
    "job 404 job_not_found": get("/v1/jobs/nobody"),
    "jobs 200": get("/v1/jobs?state=ready&queue=default&name=TEST_JOB&limit=200"),
    "jobs 422 option_invalid": get("/v1/jobs?limit=201"),
    "cancel 200": post("/v1/jobs/ready/cancel"),
    "cancel 202": post("/v1/jobs/running/cancel"),
    "cancel 404 job_not_found": post("/v1/jobs/nobody/cancel"),
    "cancel 409 wrong_state": post("/v1/jobs/dead/cancel"),
    "replay 200": post("/v1/jobs/dead/replay"),
    "replay 404 job_not_found": post("/v1/jobs/nobody/replay"),
    "replay 409 job_duplicate": post("/v1/jobs/rival/replay"),
    "replay 409 wrong_state": post("/v1/jobs/ready/replay"),
    "queues 200": get("/v1/queues"),
    "definitions 200": get("/v1/definitions"),
    "live 200": get("/healthz"),
    "ready 200": get("/readyz"),
    "openapi 200": get("/openapi.json"),
    "openapi 304": get("/openapi.json", If_None_Match="*"),
    "docs 200": get("/docs"),
    "docs 304": get("/docs", If_None_Match="*"),
}
# What neither a request nor a server that is there brings about by itself; other tests in this folder do.
ELSEWHERE = {
    "bad_request",
    "expectation_failed",
    "internal_server_error",
    "job_unknown",
    "not_durable",
    "not_found",
    "request_timeout",
    "store_corrupt",
    "store_full",
    "store_unavailable",
    "store_unsuitable",
}


@pytest.fixture
async def _jobs(queue: QueueService, run_next: Callable[..., Any], store: AsyncStore) -> None:
    """A dead job, one that runs, one that is ready, and one that was cancelled before another one took its key."""
    await queue.enqueue("TEST_JOB", PAYLOAD, id="dead")
    error = b'{"type": "ValueError", "message": "no", "traceback": "Traceback"}'
    await run_next(Outcome.DEAD, failures=1, error=error)
    await queue.enqueue("TEST_JOB", PAYLOAD, id="running")
    await store.send(ExecutionCalls("jobs").exchange(queues=["default"], want=1, token="t", holder="somebody"))
    await queue.enqueue("TEST_JOB", PAYLOAD, id="ready")
    await queue.enqueue("TEST_JOB", PAYLOAD, id="rival", unique_key="k")
    await queue.cancel("rival")
    await queue.enqueue("TEST_JOB", PAYLOAD, id="holder", unique_key="k")


@pytest.mark.usefixtures("_jobs")
@pytest.mark.parametrize("answer", DRIVEN)
async def test_answers_are_true(client: Client, contract: Contract, answer: str):
    """Each answer, good and bad, has the status, the headers and the body that the document says."""
    operation, status, *code = answer.split()
    method, path, body, headers = DRIVEN[answer]
    response = await client.request(method, path, data=body and io.BytesIO(body), headers=headers)
    assert response.status == int(status), await response.text()
    # The client compares the rest: see its fixture.
    assert contract.seen == {(operation, status, "".join(code))}


async def test_every_answer_is_driven(contract: Contract):
    """No answer stands in the document without a test that brings it about."""
    described = set()
    for item in contract.document["paths"].values():
        for operation in item.values():
            for status, answer in operation["responses"].items():
                media = contract.found(answer).get("content", {}).get("application/problem+json")
                codes = {""} if media is None else codes_of(media["schema"]) - ELSEWHERE
                described |= {f"{operation['operationId']} {status} {code}".rstrip() for code in codes}
    assert described - DRIVEN.keys() == set()


def codes_of(schema: dict[str, Any]) -> set[str]:
    """Return the codes of the problems that a schema refers to."""
    return {part["$ref"].rpartition("Problem.")[2] for part in parts(schema) if "$ref" in part}


async def test_not_again(client: Client):
    """The document comes once: who has it is answered 304, and HEAD has its size and tag."""
    first = await client.get("/openapi.json")
    known = {"If-None-Match": first.headers["ETag"]}
    again = await client.get("/openapi.json", headers=known)
    head = await client.head("/openapi.json")
    assert (again.status, await again.read(), again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert head.headers["Content-Length"] == str(len(await first.read()))
    assert first.headers["Cache-Control"] == again.headers["Cache-Control"] == "no-cache"
    other = await client.get("/openapi.json", headers={"If-None-Match": '"another"'})
    assert (other.status, await other.json()) == (200, await first.json())


async def test_written_once(client: Client):
    """The document is written by the first who asks, and kept."""
    assert client.app is not None
    description = client.app[DESCRIPTION]
    assert description.at("") is description.at("")


@pytest.mark.parametrize("token", ["", "secret"])
async def test_token(settings: ServiceSettings, aiohttp_client: AiohttpClient, token: str):
    """Where a token is asked for the document says so, and where it is not."""
    client = await aiohttp_client(service.create_app(settings=attrs.evolve(settings, token=token)))
    response = await client.get("/openapi.json", headers={"Authorization": f"Bearer {token}"})
    told = await response.json()
    assert told.get("security") == ([{"bearer": []}] if token else None)
    assert ("401" in told["paths"]["/v1/queues"]["get"]["responses"]) is bool(token)
    assert told["paths"]["/healthz"]["get"].get("security") == ([] if token else None)


async def test_mounted(settings: ServiceSettings, aiohttp_client: AiohttpClient):
    """Mounted in another application, the description is there too, and leads to where the API is."""
    site, shop = web.Application(), web.Application()
    service.setup(shop, settings=settings, routes=True)
    site.add_subapp("/shop", shop)
    client = await aiohttp_client(site)
    told = await (await client.get("/shop/v1/openapi.json")).json()
    assert told["servers"] == [{"url": "/shop"}]
    assert "/v1/docs" in told["paths"]
    assert "/healthz" not in told["paths"]
    assert (await client.get("/shop/v1/docs")).status == 200
    assert (await client.get("/shop/openapi.json")).status == 404


async def test_page(client: Client):
    """The page may run and load nothing but what is in it, and ask nobody but its own service."""
    response = await client.get("/docs")
    text, policy = await response.text(), response.headers["Content-Security-Policy"]
    assert "default-src 'none'; " in policy
    assert "connect-src 'self'; " in policy
    for tag, source in (("style", "style-src"), ("script", "script-src")):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert f"{source} 'sha256-{digest}'; " in policy
    assert not re.search(r"https?:|//\w|url\(|@import|src=", re.sub("//.*\n", "", text))
    assert set(re.findall(r'href="([^"]*)"', text)) == {"openapi.json", "#operations"}
