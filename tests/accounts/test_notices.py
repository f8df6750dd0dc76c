"""消息: one per person and key, read by opening, never by a mere link."""

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import notices
from accounts.models import Notice


def tell(person, key, title="普安街道退回了活动记录", url="/me/"):
    notices.notify([person], key=key, title=title, url=url)


def test_the_same_key_is_sent_once(guangfu):
    tell(guangfu, "k1")
    tell(guangfu, "k1", title="noch einmal")
    assert [notice.title for notice in guangfu.notices.all()] == ["普安街道退回了活动记录"]


def test_disabled_people_get_nothing(guangfu):
    guangfu.is_active = False
    tell(guangfu, "k1")
    assert not guangfu.notices.exists()


def test_opening_marks_as_read_and_leads_there(as_person, guangfu):
    tell(guangfu, "k1", url="/me/?x=1")
    client = as_person("guangfu")
    notice = guangfu.notices.get()
    assert notices.unread_count(guangfu) == 1
    assert client.get(reverse("notice_open", args=[notice.pk])).status_code == 405
    assert notices.unread_count(guangfu) == 1
    assert client.post(reverse("notice_open", args=[notice.pk]))["Location"] == "/me/?x=1"
    assert notices.unread_count(guangfu) == 0


def test_mark_read_stays_on_the_list(as_person, guangfu):
    tell(guangfu, "k1")
    answer = as_person("guangfu").post(reverse("notice_open", args=[guangfu.notices.get().pk]), {"stay": "1"})
    assert answer["Location"] == reverse("notice_list")
    assert notices.unread_count(guangfu) == 0


def test_address_of_a_message_stays_inside(as_person, guangfu):
    tell(guangfu, "k1", url="//evil.example/")
    assert as_person("guangfu").post(reverse("notice_open", args=[guangfu.notices.get().pk]))["Location"] == reverse("notice_list")


def test_all_are_marked_read(as_person, guangfu, xiahejie):
    tell(guangfu, "k1")
    tell(guangfu, "k2")
    tell(xiahejie, "k1")
    page = as_person("guangfu").post(reverse("notice_read_all"), follow=True)
    assert "2 条消息已标为已读" in page.content.decode()
    assert notices.unread_count(xiahejie) == 1


def test_others_messages_do_not_exist(as_person, guangfu):
    tell(guangfu, "k1")
    assert as_person("xiahejie").post(reverse("notice_open", args=[guangfu.notices.get().pk])).status_code == 404
    assert "退回了活动记录" not in as_person("xiahejie").get(reverse("notice_list")).content.decode()


def test_unread_tab_and_bell(as_person, guangfu):
    tell(guangfu, "k1", title="alte Nachricht")
    notices.mark_read(guangfu)
    tell(guangfu, "k2", title="neue Nachricht")
    client = as_person("guangfu")
    text = client.get(reverse("notice_list"), {"unread": "1"}).content.decode()
    assert "neue Nachricht" in text
    assert "alte Nachricht" not in text
    assert "1 条未读" in text


def test_list_costs_the_same_for_more_messages(as_person, guangfu):
    client = as_person("guangfu")

    def cost():
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("notice_list"))
        return len(seen)

    tell(guangfu, "k1")
    cost()
    one = cost()
    tell(guangfu, "k2")
    tell(guangfu, "k3")
    assert cost() == one <= 12
    assert Notice.objects.count() == 3
