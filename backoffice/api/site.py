"""What staff have a lock vendor do or tell, through the API: zone, doors, setting locks up, live facts."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet, ReadOnlyModelViewSet

from backoffice import tasks
from backoffice.api.acts import Reason, checked, word
from backoffice.api.permissions import needs
from backoffice.api.writes import WriteSerializer
from backoffice.flow.desk import facts, locks, site
from backoffice.models import Door, VendorAccount, Venue, ZoneProof

PROVE = [needs("add_zoneproof")]
MAKE = [needs("add_door")]
COMMISSION = [needs("commission_door")]
ASK = [needs("refresh_vendoraccount")]
NO_STORE = {"Cache-Control": "no-store"}


class ZoneProofSerializer(serializers.ModelSerializer[ZoneProof]):
    """One trial of the zone in which an account takes written times."""

    account = serializers.SlugRelatedField[VendorAccount](slug_field="slug", read_only=True)
    author = serializers.CharField(source="author.get_username", read_only=True)

    class Meta:
        model = ZoneProof
        fields = ["id", "account", "timezone", "proven", "restored", "note", "readings", "at", "author"]
        read_only_fields = fields


class ZoneProofViewSet(ReadOnlyModelViewSet[ZoneProof]):
    """Trials of accounts' zones, the newest first."""

    queryset = ZoneProof.objects.select_related("account", "author")
    serializer_class = ZoneProofSerializer
    filterset_fields = ["account__slug", "timezone", "proven"]


class Spare(Reason):
    """Whom the trial may write on."""

    spare = serializers.CharField(
        max_length=100, required=False, default="", help_text="id_num of a disabled user; empty: one is made"
    )


class Names(Reason):
    """New doors."""

    names = serializers.ListField(child=serializers.CharField(max_length=200), allow_empty=False)


class SetupSerializer(Reason):
    """What a sequence is asked for."""

    model = serializers.CharField(max_length=20)
    timezone = serializers.CharField(max_length=64, required=False, default="")
    random_id = serializers.BooleanField(default=True)
    key = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        help_text="yours, of this request: sent again, it asks nothing",
    )
    master_code = serializers.CharField(
        max_length=8,
        required=False,
        default="",
        write_only=True,
        help_text="4 to 8 digits; empty: the factory's",
    )


class SequenceSerializer(serializers.Serializer[Any]):
    """What is typed into the lock at once: told once, kept nowhere."""

    sequence = serializers.CharField()
    format = serializers.CharField()
    format_text = serializers.CharField()
    timecode = serializers.CharField(help_text="12 digits; empty when the vendor's could not be read so")
    timecode_text = serializers.CharField()
    default_master_code = serializers.CharField()


class LockSerializer(Reason):
    """A lock as its own numbers say, each given twice."""

    name = serializers.CharField(max_length=200)
    model = serializers.CharField(max_length=20)
    timecode = serializers.CharField(max_length=20)
    timecode_again = serializers.CharField(max_length=20)
    identifier = serializers.CharField(max_length=20)
    identifier_again = serializers.CharField(max_length=20)
    clock = serializers.CharField(max_length=64, default="UTC")
    venue = serializers.PrimaryKeyRelatedField[Venue](
        queryset=Venue.objects.all(), required=False, allow_null=True, default=None
    )


class EnteredSerializer(serializers.Serializer[Any]):
    """The door that a lock was entered as."""

    id = serializers.IntegerField()
    ref = serializers.CharField()
    name = serializers.CharField()


class QuestionSerializer(Reason):
    """What a vendor is asked now."""

    what = serializers.ChoiceField(choices=[(name, fact.label) for name, fact in facts.FACTS.items()])
    door = serializers.PrimaryKeyRelatedField[Door](
        queryset=Door.objects.all(), required=False, allow_null=True, default=None
    )
    model = serializers.CharField(max_length=20, required=False, default="")
    who = serializers.CharField(
        max_length=100,
        required=False,
        default="",
        help_text="key (id_num) or the vendor's number of somebody",
    )


class AnswerSerializer(serializers.Serializer[Any]):
    """The vendor's answer in words."""

    text = serializers.CharField()


class MemoryOf(Reason):
    """Whose memory is read."""

    door = serializers.PrimaryKeyRelatedField[Door](
        queryset=Door.objects.all(), required=False, allow_null=True, default=None, help_text="null: all"
    )


class Woken(serializers.Serializer[Any]):
    """What was woken up."""

    queued = serializers.BooleanField(default=True)


class Sited(GenericViewSet[Any]):
    """What an account's vendor can be made to do and to tell; 409 with words where it cannot, or refuses."""

    @extend_schema(request=Spare, responses={201: ZoneProofSerializer})
    @action(detail=True, methods=["post"], permission_classes=PROVE, url_path="prove-zone")
    def prove_zone(self, request: Request, **_: Any) -> Response:
        """Write known times on a disabled spare user and read them back (L-C15)."""
        given = checked(Spare, request)
        proof = site.prove_zone(self.get_object(), given["spare"], word(request, given))
        tasks.follow.delay_on_commit()
        return Response(ZoneProofSerializer(proof).data, status.HTTP_201_CREATED)

    @extend_schema(request=Names, responses={201: WriteSerializer})
    @action(detail=True, methods=["post"], permission_classes=MAKE, url_path="create-doors")
    def create_doors(self, request: Request, **_: Any) -> Response:
        """Make doors at the vendor by name; the account is read afterwards, in the background."""
        given, account = checked(Names, request), self.get_object()
        write = site.create_doors(account, given["names"], word(request, given))
        tasks.refresh_account.delay_on_commit(account.pk)
        return Response(WriteSerializer(write).data, status.HTTP_201_CREATED)

    @extend_schema(request=SetupSerializer, responses={201: SequenceSerializer})
    @action(detail=True, methods=["post"], permission_classes=COMMISSION)
    def commission(self, request: Request, **_: Any) -> Response:
        """The sequence that sets a new lock up: one paid call, told once, kept nowhere (oddity 15).

        It sets the lock's clock: ask when somebody stands at the keypad, and never repeat it by itself.
        """
        given = checked(SetupSerializer, request)
        said = word(request, given)
        del given["reason"]
        sequence = locks.commission(self.get_object(), locks.Setup(**given), said)
        return Response(SequenceSerializer(sequence).data, status.HTTP_201_CREATED, headers=NO_STORE)

    @extend_schema(request=LockSerializer, responses={201: EnteredSerializer})
    @action(detail=True, methods=["post"], permission_classes=COMMISSION, url_path="enter-lock")
    def enter_lock(self, request: Request, **_: Any) -> Response:
        """Enter a lock that was set up as a door; both numbers twice, for the vendor checks neither."""
        given = checked(LockSerializer, request)
        said = word(request, given)
        del given["reason"]
        door = locks.enter_lock(self.get_object(), locks.NewLock(**given), said)
        return Response(EnteredSerializer(door).data, status.HTTP_201_CREATED)

    @extend_schema(request=QuestionSerializer, responses=AnswerSerializer)
    @action(detail=True, methods=["post"], permission_classes=ASK)
    def ask(self, request: Request, **_: Any) -> Response:
        """Ask the vendor now for what nothing mirrors; where calls are paid for, this is one or two."""
        given, account = checked(QuestionSerializer, request), self.get_object()
        said = word(request, given)
        text = facts.ask(
            given["what"], facts.Question(account, said, given["door"], given["model"], given["who"])
        )
        return Response({"text": text}, headers=NO_STORE)

    @extend_schema(request=MemoryOf, responses={202: Woken})
    @action(detail=True, methods=["post"], permission_classes=ASK, url_path="read-memory")
    def read_memory(self, request: Request, **_: Any) -> Response:
        """Read what K3 locks have noted, in the background: a paid call for each page of each lock."""
        given, account = checked(MemoryOf, request), self.get_object()
        facts.want_memory(account, given["door"], word(request, given))
        tasks.read_memory.delay_on_commit(account.pk, given["door"].pk if given["door"] else None)
        return Response({"queued": True}, status.HTTP_202_ACCEPTED)
