"""The visual kit's tags: words, shapes, figures as people write them, escaping, fields tied to their errors, the menu."""

import datetime
from decimal import Decimal

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import ResolverMatch

from accounts import widgets
from accounts.models import Role, User
from accounts.templatetags import penxi

DAY = datetime.date(2022, 11, 30)
CANARY = "<b>x</b>&\"'"


def render(source: str, **variables) -> str:
    return Template(source).render(Context(variables))


@pytest.mark.parametrize(
    ("due", "state", "word"),
    [
        (datetime.date(2022, 11, 25), "late", "逾期 5 天"),
        (datetime.date(2022, 11, 30), "warn", "今天到期"),
        (datetime.date(2022, 12, 3), "warn", "剩 3 天"),
        (datetime.date(2022, 12, 10), "warn", "剩 10 天"),
        (datetime.date(2022, 12, 11), "none", "剩 11 天"),
        (None, "none", "未定期限"),
    ],
)
def test_days_left(due, state, word):
    assert penxi.days_left(due, DAY) == {"state": state, "word": word}


def test_light_carries_shape_and_word():
    drawn = render('{% light "late" "逾期 5 天" %}')
    assert '<span class="lt late">' in drawn
    assert "<rect" in drawn
    assert "逾期 5 天" in drawn
    assert "正常" in render('{% light "ok" %}')


def test_unknown_light_is_an_error():
    with pytest.raises(ValueError, match="no such light"):
        penxi.light_state("blue")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("草稿", "none"),
        ("进行中", "go"),
        ("待审核", "warn"),
        ("已通过", "ok"),
        ("已退回", "late"),
        ("暂缓", "line"),
        ("已更正（见第2版）", "line"),
        ("从未见过", "none"),
    ],
)
def test_status_colour_follows_the_word(word, kind):
    assert penxi.status_kind(word) == kind


def test_source_tags_take_word_and_code():
    assert render('{% source_tag "试点方案" %}').strip() == '<span class="src t">试点方案</span>'
    assert render('{% source_tag "proposed" %}').strip() == '<span class="src s">建议</span>'
    assert penxi.source_word("assumed") == "假定"
    with pytest.raises(ValueError, match="no such source"):
        penxi.source_code("rumour")


def test_meter_is_drawn_with_attributes_only():
    """A style attribute would be refused by the content security policy."""
    drawn = penxi.meter(48, of=104, tick=Decimal("57.5"), state="warn")
    assert 'class="bar" y="4" width="46.2%"' in drawn
    assert 'x="57.5%"' in drawn
    assert 'aria-label="完成 46.2%，序时进度 57.5%"' in drawn
    assert "style" not in drawn


@pytest.mark.parametrize(("value", "of", "width"), [(150, 100, "100.0%"), (-3, 100, "0%"), (None, 100, "0%"), (3, 0, "3.0%")])
def test_meter_stays_within_its_frame(value, of, width):
    assert f'height="6" rx="3"></rect><rect class="bar" y="4" width="{width}"' in penxi.meter(value, of=of)


def test_meter_label_is_escaped():
    assert "<b>" not in penxi.meter(1, label=CANARY)


def test_dates_as_people_write_them():
    moment = datetime.datetime(2022, 8, 12, 7, 4, tzinfo=datetime.UTC)
    assert penxi.zh_date(moment) == "2022年8月12日"
    assert penxi.iso_minute(moment) == "2022-08-12 15:04"
    assert penxi.iso(DAY) == "2022-11-30"
    assert penxi.zh_weekday(DAY) == "星期三"
    assert penxi.zh_month_day(DAY) == "11月30日"
    assert penxi.iso(None) == "—"


def test_date_of_a_late_evening_is_the_local_day():
    assert penxi.iso(datetime.datetime(2022, 11, 29, 16, 30, tzinfo=datetime.UTC)) == "2022-11-30"


def test_money_and_rates():
    assert penxi.money(Decimal("1234567.891")) == "1,234,567.89"
    assert penxi.money(Decimal("-0.005")) == "-0.01"
    assert penxi.wan(Decimal("1462400")) == "146.24"
    assert penxi.percent(Decimal("0.4615")) == "46.2%"
    assert penxi.percent_of(48, 104) == "46.2%"
    assert penxi.percent_of(1, 0) == "—"
    assert penxi.money(None) == penxi.percent(None) == penxi.wan("") == "—"
    with pytest.raises(TypeError):
        penxi.money(1.5)


def test_file_sizes():
    assert penxi.file_size(422_000) == "412 KB"
    assert penxi.file_size(1_258_291) == "1.2 MB"
    assert penxi.file_size(1) == "1 KB"


def test_own_words_are_marked_and_everything_is_escaped():
    marked = penxi.mark_quote("甲<i>，有3个以上社会组织，乙", ["有3个以上社会组织"])
    assert marked == "甲&lt;i&gt;，<mark>有3个以上社会组织</mark>，乙"
    assert penxi.mark_quote(CANARY, "没有的词") == "&lt;b&gt;x&lt;/b&gt;&amp;&quot;&#x27;"
    assert penxi.mark_quote("一（二）三", "（二）") == "一<mark>（二）</mark>三"
    assert penxi.mark_quote("三句") == "三句"


def test_pager_keeps_the_filters():
    request = RequestFactory().get("/tasks/?pilot=3&page=2")
    drawn = Template('{% include "parts/_pager.html" with page=page noun="项" %}').render(
        Context({"page": Paginator(range(104), 20).page(2), "request": request})
    )
    assert "共 104 项，每页 20 项，第 2/6 页" in drawn
    assert '<input type="hidden" name="pilot" value="3">' in drawn and '<input type="hidden" name="page"' not in drawn
    assert 'name="page" value="3"' in drawn
    assert drawn.count('aria-current="page"') == 1


def test_presets_are_days_before_today_each_once():
    assert penxi.as_of_presets(datetime.date(2023, 1, 15)) == [("上月末", datetime.date(2022, 12, 31))]
    assert penxi.as_of_presets(DAY) == [
        ("上月末", datetime.date(2022, 10, 31)),
        ("上季度末", datetime.date(2022, 9, 30)),
        ("上年末", datetime.date(2021, 12, 31)),
    ]


# --- fields -----------------------------------------------------------------------------------------------------------------------


class ActivityForm(forms.Form):
    place = forms.CharField(label="地点", help_text="如：社区党群服务中心二楼", error_messages={"required": "请填写活动地点"})
    heads = forms.IntegerField(label="参加人次", widget=widgets.UnitInput("人次"), required=False)
    amount = forms.DecimalField(label="金额", widget=widgets.MoneyInput(), required=False)
    day = forms.DateField(label="日期", required=False)
    story = forms.CharField(label="活动内容", max_length=500, widget=forms.Textarea, required=False)
    answer = forms.ChoiceField(
        label="结论", choices=[("y", "符合"), ("n", "不符合")], widget=widgets.AnswerButtons(kinds={"y": "ok", "n": "bad"}), required=False
    )
    tasks = forms.MultipleChoiceField(label="任务", choices=[("1", "T4.6")], widget=widgets.Chips, required=False)
    consent = forms.BooleanField(label="已取得监护人同意", required=False)


def test_field_ties_hint_and_error_to_the_input():
    form = ActivityForm({"place": ""})
    drawn = form["place"].as_field_group()
    assert 'aria-describedby="id_place_helptext id_place_error"' in drawn
    assert 'id="id_place_helptext"' in drawn
    assert 'id="id_place_error"' in drawn
    assert 'class="form-control is-bad"' in drawn
    assert "* 必填" in drawn
    assert "请填写活动地点" in drawn


def test_field_shows_unit_and_counts_characters():
    form = ActivityForm()
    assert '<span class="u" aria-hidden="true">人次</span>' in form["heads"].as_field_group()
    assert 'data-left-over="id_story"' in form["story"].as_field_group()
    assert "data-unit" not in form["heads"].as_field_group()


def test_dates_are_native_fields_with_iso_values():
    drawn = str(ActivityForm(initial={"day": DAY})["day"])
    assert 'type="date"' in drawn
    assert 'value="2022-11-30"' in drawn


def test_groups_are_fieldsets_and_buttons_are_radios():
    form = ActivityForm({"place": "x", "answer": "n"})
    drawn = form["answer"].as_field_group()
    assert drawn.strip().startswith("<fieldset")
    assert "<legend>结论" in drawn
    assert 'value="n" id="id_answer_1" checked' in drawn
    assert '<span class="bad">' in drawn
    assert 'class="chips"' in form["tasks"].as_field_group()
    assert 'class="form-check-input"' in form["consent"].as_field_group()


def test_typed_separators_in_an_amount_are_read():
    form = ActivityForm({"place": "x", "amount": "82,400.00"})
    assert form.is_valid()
    assert form.cleaned_data["amount"] == Decimal("82400.00")


def test_typed_text_comes_back_escaped():
    form = ActivityForm({"place": CANARY, "story": CANARY})
    assert "<b>" not in form["place"].as_field_group() + form["story"].as_field_group()


def test_reasons_link_to_the_fields():
    form = ActivityForm({"place": "", "heads": "八"})
    form.add_error(None, "还有 2 个问题未销号")
    drawn = render('{% include "parts/_reasons.html" %}', form=form)
    assert "还不能提交，有 3 处要处理" in drawn
    assert 'role="alert"' in drawn
    assert '<a href="#id_place">地点</a>：请填写活动地点' in drawn
    assert "还有 2 个问题未销号" in drawn
    assert render('{% include "parts/_reasons.html" %}', form=ActivityForm()).strip() == ""


# --- menu -------------------------------------------------------------------------------------------------------------------------


def menu(source: str, user=None, here: str = "home") -> str:
    request = RequestFactory().get("/")
    request.user = user
    request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name=here)
    return Template("{% load frame %}" + source).render(Context({"request": request}))


def test_menu_item_without_page_is_nothing():
    assert menu('{% menu_item "no_such_page" "inbox" "没有" %}') == ""
    assert menu('{% menu_group "组" "inbox" %}{% menu_item "no_such_page" "" "没有" %}{% endmenu_group %}') == ""


def test_menu_item_knows_where_we_are():
    drawn = menu('{% menu_item "login" "lock" "登录" count=3 %}', here="login")
    assert 'aria-current="page"' in drawn
    assert '<span class="cnt">3</span>' in drawn
    assert "aria-current" not in menu('{% menu_item "login" "lock" "登录" %}', here="home")


def test_menu_group_marks_one_place_at_a_time():
    """The page itself wins over an entry that only shares its room."""
    group = (
        '{% menu_group "人" "people" %}{% menu_item "login" "" "甲" rooms="logout" %}{% menu_item "logout" "" "乙" %}{% endmenu_group %}'
    )
    drawn = menu(group, here="logout")
    assert drawn.count('aria-current="page"') == 1
    assert 'aria-current="page">乙' in drawn


def test_menu_shows_only_what_the_role_may_open():
    """A page's own @requires decides: an administrator of people sees 人员, an officer does not."""
    item = '{% menu_item "person_list" "people" "人员" %}'
    assert "人员" in menu(item, user=User(role=Role.SYSADMIN))
    assert menu(item, user=User(role=Role.OFFICE)) == ""


def test_captured_text_is_escaped_once():
    assert render("{% load frame %}{% capture as kept %}{{ typed }}{% endcapture %}[{{ kept }}]", typed="<i>") == "[&lt;i&gt;]"
