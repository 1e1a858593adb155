"""Every documented form of an answer opens, and nothing else does."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from django_clopos.schemas.envelope import decode_record, open_envelope

FORMS = {
    "success, data and total": b'{"success":true,"data":[{"id":1},{"id":2}],"total":7}',
    "diagnostics": (
        b'{"success":true,"data":[{"id":1},{"id":2}],"total":7,"time":12,"timestamp":"2026-01-19 11:07:49",'
        b'"unix":1768820869,"sorts":["id","name"]}'
    ),
    "pagination in place of total": (
        b'{"data":[{"id":1},{"id":2}],"pagination":{"page":1,"per_page":50,"total":7,"total_pages":1}}'
    ),
    "total as text": b'{"data":[{"id":1},{"id":2}],"total":"7"}',
    "spaces": b' \n{ "data" : [ {"id":1} , {"id":2} ] , "total" : 7 }\n ',
}


@pytest.mark.parametrize("body", FORMS.values(), ids=FORMS.keys())
def test_a_list_with_a_total_opens(body: bytes) -> None:
    envelope = open_envelope(body)

    assert [json.loads(record) for record in envelope.records] == [{"id": 1}, {"id": 2}]
    assert envelope.total == 7
    assert envelope.refusal is None


@pytest.mark.parametrize("body", [b'[{"id":1},{"id":2}]', b'{"data":[{"id":1},{"id":2}]}'])
def test_a_list_without_a_total_opens(body: bytes) -> None:
    envelope = open_envelope(body)

    assert envelope.records == (b'{"id":1}', b'{"id":2}')
    assert envelope.total is None


@pytest.mark.parametrize("body", [b'{"id":5,"name":"x"}', b'{"success":true,"data":{"id":5,"name":"x"}}'])
def test_a_single_object_is_one_record(body: bytes) -> None:
    assert open_envelope(body).records == (b'{"id":5,"name":"x"}',)


def test_an_empty_list_is_a_list() -> None:
    envelope = open_envelope(b'{"success":true,"data":[],"total":0}')

    assert envelope.records == ()
    assert envelope.total == 0


def test_a_record_keeps_its_own_bytes() -> None:
    body = '{"data":[{"id":1,  "total":16.2000,"name":"Düşbərə"}]}'.encode()

    assert open_envelope(body).records == ('{"id":1,  "total":16.2000,"name":"Düşbərə"}'.encode(),)


def test_sorts_are_read() -> None:
    assert open_envelope(FORMS["diagnostics"]).sorts == ("id", "name")


@pytest.mark.parametrize("sorts", ["null", "[1]", '{"a":1}'])
def test_strange_sorts_harm_nothing(sorts: str) -> None:
    assert open_envelope(f'{{"data":[],"sorts":{sorts}}}'.encode()).sorts == ()


@pytest.mark.parametrize("total", ["null", "-1", "1.5", "true", '"many"', "[]", "1e3"])
def test_a_strange_total_is_no_total(total: str) -> None:
    assert open_envelope(f'{{"data":[],"total":{total}}}'.encode()).total is None


@pytest.mark.parametrize(
    "body",
    [
        b'{"success":false,"error":"not_found","message":"Receipt not found"}',
        b'{"success":false}',
        b'{"success":false,"data":[]}',
        b'{"error":"rate_limited","message":"Too many","details":{}}',
    ],
)
def test_a_refusal_has_no_records(body: bytes) -> None:
    envelope = open_envelope(body)

    assert envelope.refusal == body
    assert envelope.records == ()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"<html><body>Bad gateway</body></html>", "is not JSON"),
        (b"null", "is not JSON"),
        (b'"text"', "is not JSON"),
        (b'{"data":[{"id":1},{"id"', "cut short"),
        (b'[{"id":1},', "cut short"),
        (b'[{"id":1},]', "cut short or malformed"),
        (b'{"data":[]} trailing', "goes on after its end"),
        (b'{"data" []}', "malformed"),
        (b'{"success":true}', "holds no records"),
        (b'{"success":true,"data":null}', "something other than records"),
        (b'{"success":true,"data":"text"}', "something other than records"),
        (b"{}", "holds no records"),
        (b"[" * 50_000, "cut short"),
    ],
)
def test_anything_else_says_what_is_wrong(body: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        open_envelope(body)


@pytest.mark.parametrize(
    "bad",
    [
        rb'{"id":2,"name":"half a pair \ud800"}',
        b'{"id":2,"name":"NaN","total":NaN}',
        b'{"id":2,"name":"a raw \x00 in it"}',
        b'{"id":2,"name":"a raw \n in it"}',
        b'{"id":2,"name":"not UTF-8 \xff \\ud800"}',
        b'{"id":2,"name":"nested \\"}]","x":' + b'[{"]":' * 1000 + b"0" + b"}]" * 1000 + b"}",
        b'{"id":2,"total":1' + b"0" * 5000 + b'.5,"name":"\\ud800"}',
    ],
)
def test_one_bad_record_does_not_lose_its_page(bad: bytes) -> None:
    """msgspec refuses the whole body; the record must be judged alone."""
    body = b'{"success": true, "data": [{"id":1,"name":"\xc3\xa7ay"}, ' + bad + b' ,{"id":3}], "total": 3}'

    envelope = open_envelope(body)

    assert envelope.records == (b'{"id":1,"name":"\xc3\xa7ay"}', bad, b'{"id":3}')
    assert envelope.total == 3


def test_a_bare_list_with_a_bad_record_opens() -> None:
    envelope = open_envelope(rb'[{"id":1}, {"id":2,"name":"\ud800"}]')

    assert envelope.records == (b'{"id":1}', rb'{"id":2,"name":"\ud800"}')


@pytest.mark.parametrize("text", ["0.1", "16.2000", "42.8571", "99999999999.9999", "123456789012345.678901"])
def test_numbers_stay_exact(text: str) -> None:
    assert decode_record(f'{{"total":{text}}}'.encode()) == {"total": Decimal(text)}


@pytest.mark.parametrize("record", [b'{"total":NaN}', b'{"total":-Infinity}', b"{", b"[" * 50_000])
def test_a_record_that_is_not_json_is_an_error(record: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_record(record)
