"""Replays what a producer in any language sends to the submit script."""

from typing import Any

from jobdefs.storage.scripts import script
from tests.support.servers import RealServer
from tests.support.vectors import each


@each("submissions")
def test_the_script_answers_as_the_vector_says(server: RealServer, case: dict[str, Any]) -> None:
    """The script gives each job of each call the verdict, the state and the id of the vector."""
    with server.client() as client:
        for call in case["calls"]:
            arguments = [argument for job in call["jobs"] for argument in job]
            reply: Any = client.eval(script("submit").source, 1, "{v}:meta", "", "", *arguments)
            told = [part.decode() for part in reply]
            assert [told[place : place + 3] for place in range(0, len(told), 3)] == call["reply"]
