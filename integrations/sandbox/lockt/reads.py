"""The endpoints that only read, with the oddities of the vendor's samples."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request, Response

from integrations.sandbox.lockt.site import Site
from integrations.sandbox.lockt.things import Person, show_event, show_level, show_person
from integrations.sandbox.wire import answer


class Reads(Site):
    """GET of every released endpoint."""

    def error(self, text: str, status: int) -> Response:
        """The vendor's error envelope, in the shape that `read_error` names."""
        shapes: dict[str, Any] = {"object": {"error": text}, "list": [{"error": text}]}
        return answer({"data": shapes.get(self.switch["read_error"], {"error": [text]})}, status)

    def get_user(self, request: Request) -> Response:
        """All card holders, or the one with ?id= or ?idnum=."""
        people = list(self.people.values())
        ref, id_num = request.args.get("id"), request.args.get("idnum")
        if ref is None and id_num is None:
            shown = [one for one in people if self.switch["fobs_among_users"] or not one.fob]
            return self._people(shown, levels=self.switch["levels_in_list"])
        if id_num == "" or (ref is not None and not ref.isdigit()):
            return self.error("Invalid id supplied.", 400)
        found = [one for one in people if not one.fob and (str(one.id) == ref or one.id_num == id_num)]
        if not found and self.switch["not_found"] == "404":
            return self.error("The resource was not found.", 404)
        return self._people(found, levels=self.switch["levels_on_single"])

    def get_fob(self, _request: Request) -> Response:
        """All fobs."""
        return self._people([one for one in self.people.values() if one.fob], levels=True)

    def _people(self, people: list[Person], *, levels: bool) -> Response:
        rows = []
        for person in people:
            shown = [show_level(self.levels[ref], self.doors) for ref in person.levels]
            rows.append(show_person(person, shown if levels or person.fob else None))
        return answer({"data": rows})

    def get_door(self, _request: Request) -> Response:
        """All doors."""
        return answer({"data": [self._show_door(door.id) for door in self.doors.values()]})

    def _show_door(self, ref: int) -> dict[str, Any]:
        door = self.doors[ref]
        return {
            "id": door.id,
            "type": "Access Controlled Door",
            "name": door.name,
            "location": door.location,
            "enabled": door.enabled,
            "controller": "BEST Switch™ API",
        }

    def get_doorstate(self, _request: Request) -> Response:
        """Battery levels; the key is absent where a core does not tell."""
        doors = self.doors.values()
        known = [{} if one.battery is None else {"battery_level": one.battery} for one in doors]
        rows = [{"id": one.id, "name": one.name, **more} for one, more in zip(doors, known, strict=True)]
        return answer({"data": rows})

    def get_accesslevel(self, _request: Request) -> Response:
        """All access levels."""
        return answer({"data": [show_level(level, self.doors) for level in self.levels.values()]})

    def get_schedule(self, _request: Request) -> Response:
        """All schedules, each with one interval."""
        rows = []
        for one in self.schedules.values():
            days = {f"d{place}": int(on) for place, on in enumerate(one.days)}
            rows.append({"id": one.id, "name": one.name, **days, "start": one.start, "stop": one.stop})
        return answer({"data": rows})

    def get_credential(self, _request: Request) -> Response:
        """All mobile credentials, with their keys."""
        rows = []
        for one in self.credentials.values():
            holder = self.people[one.user_id]
            user = {"id": holder.id, "name": f"{holder.last_name}, {holder.first_name}"}
            row = {"id": one.id, "card_num": one.card_num, "credential_key": one.key}
            row["claim_status"] = "Claimed" if one.claimed else "Unclaimed"
            rows.append({**row, "user": [user] if self.switch["user_as_list"] else user})
        return answer({"data": rows})

    def get_credentialsummary(self, _request: Request) -> Response:
        """How many are claimed; the vendor does not document the shape."""
        claimed = sum(one.claimed for one in self.credentials.values())
        counts = {"claimed": claimed, "unclaimed": len(self.credentials) - claimed}
        rows = [{"claim_status": name.title(), "count": number} for name, number in counts.items()]
        shapes = {"list": [counts], "object": counts, "by status": rows}
        return answer({"data": shapes[self.switch["summary"]]})

    def get_events(self, request: Request) -> Response:
        """The newest events first, at most as many as the cache holds; those after ?id=."""
        with self._lock:
            self.receive_uploads()
            last = request.args.get("id", "0")
            if not last.isdigit():
                return self.error("Invalid id supplied.", 400)
            first = int(last) + (self.switch["event_bound"] == "exclusive")
            rows = [show_event(one, self.switch["event_time"]) for one in self.events if one.id >= first]
        return answer({"data": rows[::-1]})
