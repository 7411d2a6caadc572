"""Staff's acts through the API: what they take, what they answer, and the calls to flow/overrule.py."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice import tasks
from backoffice.api.permissions import needs
from backoffice.clock import now
from backoffice.flow import overrule
from backoffice.models import Override
from backoffice.models.places import METHODS
from backoffice.word import Word

OVERRULE = [needs("add_override")]


class Moment(serializers.DateTimeField):
    """A time with an offset or Z. One without is refused: nobody knows whose clock it is on."""

    default_error_messages = {"naive": "Give an offset or Z, as in 2026-03-10T22:00:00+01:00."}

    def enforce_timezone(self, value: datetime) -> datetime:
        """The time; ValidationError for one of no zone."""
        if value.tzinfo is None:
            self.fail("naive")
        return super().enforce_timezone(value)


class Reason(serializers.Serializer[Any]):
    """Why; the next shift will ask."""

    reason = serializers.CharField(max_length=1000, help_text="why, in words for the next shift")


class Until(Reason):
    """Why, and until when it holds."""

    until = Moment(help_text="when it ends, with an offset or Z; within a year")


class Extension(Until):
    """By how much the access window grows."""

    minutes_before = serializers.IntegerField(min_value=0, max_value=1440, default=0)
    minutes_after = serializers.IntegerField(min_value=0, max_value=1440, default=0)


class PersonGrant(Reason):
    """Somebody without a booking who is to get in."""

    name = serializers.CharField(max_length=200)
    email = serializers.EmailField(required=False, default="")
    starts_at = Moment(help_text="with an offset or Z")
    ends_at = Moment(help_text="with an offset or Z")


class ByMethod(Until):
    """Another method of the doors' vendors, and until when it holds."""

    method = serializers.ChoiceField(choices=METHODS)


class OverrideSerializer(serializers.ModelSerializer[Override]):
    """Staff's word, as it stands."""

    author = serializers.CharField(source="author.get_username", read_only=True)

    class Meta:
        model = Override
        fields = [
            "id",
            "kind",
            "booking",
            "grant",
            "door",
            "starts_at",
            "ends_at",
            "minutes_before",
            "minutes_after",
            "not_before",
            "not_after",
            "conflict",
            "method",
            "reason",
            "author",
            "created_at",
            "lifted_at",
        ]
        read_only_fields = fields


EXAMPLE = OpenApiExample(
    "until tonight", {"reason": "deposit not paid", "until": "2026-03-10T22:00:00Z"}, request_only=True
)


def word(request: Request, given: dict[str, Any]) -> Word:
    """Who says it, why and when."""
    return Word(author=request.user, reason=given["reason"], now=now())  # type: ignore[arg-type]  # signed in


def checked(serializer: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The request's body, checked; ValidationError names each field."""
    given = serializer(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def written(override: Override, told: type[OverrideSerializer] = OverrideSerializer) -> Response:
    """The answer to an act that wrote an override; what follows from it is woken up."""
    tasks.follow.delay_on_commit()
    return Response(told(override).data, status.HTTP_201_CREATED)


class Overrulable(GenericViewSet[Any]):
    """Hold, deny and extend, for whatever staff may speak about: a booking, a grant, a door."""

    @extend_schema(request=Until, responses={201: OverrideSerializer}, examples=[EXAMPLE])
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def hold(self, request: Request, **_: Any) -> Response:
        """Issue nothing until then; what is out stays out."""
        given = checked(Until, request)
        return written(overrule.hold(self.get_object(), given["until"], word(request, given)))

    @extend_schema(request=Until, responses={201: OverrideSerializer}, examples=[EXAMPLE])
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def deny(self, request: Request, **_: Any) -> Response:
        """No access until then; what can be taken back is taken back."""
        given = checked(Until, request)
        return written(overrule.deny(self.get_object(), given["until"], word(request, given)))

    @extend_schema(request=Extension, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE)
    def extend(self, request: Request, **_: Any) -> Response:
        """Open so many minutes earlier and later."""
        given = checked(Extension, request)
        minutes = given["minutes_before"], given["minutes_after"]
        return written(overrule.extend(self.get_object(), *minutes, given["until"], word(request, given)))


class OpenedOtherwise(GenericViewSet[Any]):
    """Open by another method, for a booking or a grant."""

    @extend_schema(request=ByMethod, responses={201: OverrideSerializer})
    @action(detail=True, methods=["post"], permission_classes=OVERRULE, url_path="use-method")
    def use_method(self, request: Request, **_: Any) -> Response:
        """Open the doors whose vendor has this method by it, for windows that begin before `until`."""
        given = checked(ByMethod, request)
        said = word(request, given)
        return written(overrule.use_method(self.get_object(), given["method"], given["until"], said))
