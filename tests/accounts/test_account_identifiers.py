"""What people paste as an account, and the id it becomes."""

from __future__ import annotations

import pytest

from accounts.identifiers import read_identifier
from accounts.models import Platform

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pasted", "identifier"),
    [
        ("https://weibo.com/u/1234567890?is_all=1#top", "1234567890"),
        ("weibo.com/hainanyouth", "hainanyouth"),
        ("http://www.weibo.com/hainanyouth/home?wvr=5", "hainanyouth"),
        ("https://m.weibo.cn/u/1234567890?from=feed", "1234567890"),
        ("https://m.weibo.cn/profile/1234567890", "1234567890"),
        ("weibo.cn/hainanyouth", "hainanyouth"),
        ("http://e.weibo.com/hainanyouth", "hainanyouth"),
        ("https://weibo.com/p/1006061234567890/home", "1234567890"),
        ("ｈｔｔｐ：／／ｗｅｉｂｏ．ｃｏｍ／ｕ／１２３４５６７８９０", "1234567890"),
        ("@hainanyouth", "hainanyouth"),
        (" HainanYouth ", "HainanYouth"),
    ],
)
def test_a_weibo_address_in_any_form_becomes_the_id(pasted, identifier):
    reading = read_identifier(Platform.objects.get(pk="weibo_sina"), pasted)
    assert (reading.identifier, reading.problem) == (identifier, "")


@pytest.mark.parametrize(
    ("platform", "pasted", "word"),
    [
        ("weibo_sina", "https://weibo.com/n/海南团省委", "昵称"),
        ("weibo_sina", "https://m.weibo.cn/status/4900000000000000", "不是账号主页"),
        ("weibo_sina", "https://weibo.com/", "不是账号主页"),
        ("weibo_sina", "http://t.qq.com/hainanyouth", "不是新浪微博"),
        ("weibo_sina", "https://notweibo.com/hainanyouth", "不是新浪微博"),
        ("weibo_sina", "http://[weibo.com/x", "不是新浪微博"),
        ("weibo_sina", "海南团省委", "不要填昵称"),
        ("wechat_personal", "海大团委微信", "不要填昵称"),
        ("wechat_personal", "https://mp.weixin.qq.com/s/abc", "不是微信"),
        ("wechat_personal", "　", "请填写"),
        ("qq_group", "12ab", "数字"),
        ("app", "a" * 61, "60"),
        ("weibo_sina", "a" * 300, "60"),
    ],
)
def test_what_is_no_id_is_refused_in_words(platform, pasted, word):
    assert word in read_identifier(Platform.objects.get(pk=platform), pasted).problem


@pytest.mark.parametrize(
    "pasted", ["ｌａｗ＿１２０１", " law _ 1201", "微信号：law_1201", "微信号: law_1201", "law_1201\u200b"]
)
def test_a_wechat_id_loses_spaces_labels_and_full_width(pasted):
    reading = read_identifier(Platform.objects.get(pk="wechat_personal"), pasted)
    assert (reading.identifier, reading.problem) == ("law_1201", "")
