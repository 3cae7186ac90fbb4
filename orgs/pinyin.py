"""Names as they sound: full pinyin and initials without tones, for search. One table and one list, built once.

Reading whole names through the package takes 40 µs each; a national tree of 665 000 names would load a third slower.
A table of single characters and the phrases in which a character sounds otherwise take about 2 µs.
"""

from __future__ import annotations

import re
from functools import cache

from pypinyin import pinyin_dict
from pypinyin.contrib.tone_convert import to_normal

FIRST_CHARACTER, LAST_CHARACTER = 0x4E00, 0x9FFF
FIRST_STAND_IN = 0xE000  # private use: an odd reading of a character, so that one pass spells all
MARKS = " \t\n·•.,，。、；：:;（）()〔〕[]【】“”\"'‘’《》<>-—_/"

# The reading that names use most, where the package puts another one first.
USUAL = {
    "长": "chang",
    "都": "du",
    "佛": "fo",
    "什": "shi",
    "曾": "zeng",
    "漯": "luo",
    "番": "fan",
    "卜": "bu",
    "弄": "nong",
    "柞": "zha",
    "似": "si",
    "仇": "qiu",
    "尉": "wei",
}
# Places, and words of unit names, in which a character doesn't sound as it usually does. Each character one syllable.
PHRASES = """
东莞 dong guan | 莞城 guan cheng | 蚌埠 beng bu | 六安 lu an | 六合区 lu he qu | 枞阳 zong yang | 儋州 dan zhou | 乐东 le dong
乐亭 lao ting | 乐清 yue qing | 乐陵 lao ling | 音乐 yin yue | 乐器 yue qi | 民乐团 min yue tuan | 亳州 bo zhou | 浚县 xun xian
浚州 xun zhou | 台州 tai zhou | 重庆 chong qing | 重阳 chong yang | 重华 chong hua | 重兴 chong xing | 重固 chong gu
厦门 xia men | 番禺 pan yu | 铅山 yan shan | 渑池 mian chi | 歙县 she xian | 歙州 she zhou | 黟县 yi xian | 大城县 dai cheng xian
大夫 dai fu | 单县 shan xian | 单城镇 shan cheng zhen | 单父 shan fu | 莘庄 xin zhuang | 莘松 xin song | 洪洞 hong tong
解州 hai zhou | 解店 xie dian | 监利 jian li | 郫县 pi xian | 郫都 pi du | 犍为 qian wei | 荥阳 xing yang | 荥经 ying jing
泌阳 bi yang | 长子县 zhang zi xian | 鄱阳 po yang | 尉犁 yu li | 尉迟 yu chi | 喀什 ka shi | 龟兹 qiu ci | 大埔 da bu
蔚县 yu xian | 蔚州 yu zhou | 东阿 dong e | 阿胶 e jiao | 句容 ju rong | 句町 gou ding | 盱眙 xu yi | 甪直 lu zhi | 睢宁 sui ning
黄陂 huang pi | 陂头 pi tou | 猇亭 xiao ting | 繁峙 fan shi | 洮南 tao nan | 临洮 lin tao | 宕昌 tan chang | 宕渠 dang qu
中牟 zhong mu | 牟平 mu ping | 东牟 dong mu | 牟定 mou ding | 栖霞 qi xia | 无棣 wu di | 涡阳 guo yang | 涡河 guo he | 诸暨 zhu ji
浒墅关 xu shu guan | 浒浦 xu pu | 栟茶 ben cha | 柏林 bo lin | 百色 bai se | 筠连 jun lian | 北碚 bei bei | 色达 se da | 得荣 de rong
炉霍 lu huo | 且末 qie mo | 莎车 sha che | 叶县 ye xian | 西藏 xi zang | 藏族 zang zu | 藏区 zang qu | 藏羌 zang qiang
朝阳 chao yang | 朝天 chao tian | 石嘴 shi zui | 华阴 hua yin | 户县 hu xian | 吴堡 wu bu | 柴堡 chai bu | 鄄城 juan cheng
任丘 ren qiu | 井陉 jing xing | 获鹿 huo lu | 大厂 da chang | 屯留 tun liu | 和林格尔 he lin ge er | 喀喇沁 ka la qin | 讷河 ne he
勃利 bo li | 穆棱 mu ling | 闵行 min hang | 将乐 jiang le | 余干 yu gan | 新干 xin gan | 万载 wan zai | 会昌 hui chang | 会同 hui tong
会稽 kuai ji | 会计 kuai ji | 耒阳 lei yang | 汨罗 mi luo | 新晃 xin huang | 六枝 liu zhi | 澄江 cheng jiang | 漾濞 yang bi
十里堡 shi li pu | 三里堡 san li pu | 五里堡 wu li pu | 七里堡 qi li pu | 八里堡 ba li pu | 二十里堡 er shi li pu
堡子 bu zi | 杉木 sha mu | 马圈 ma juan | 羊圈 yang juan | 牛圈 niu juan | 卡子 qia zi | 关卡 guan qia | 校场 jiao chang
校尉 xiao wei | 碌碡 liu zhou | 梁山泊 liang shan po | 罗布泊 luo bu po | 泊头 bo tou | 泊里 bo li | 西泊 xi bo | 南泊 nan bo
畜牧 xu mu | 牧畜 mu xu | 弥勒 mi le | 马勒 ma le | 银行 yin hang | 行业 hang ye | 中行 zhong hang | 工行 gong hang | 农行 nong hang
建行 jian hang | 商行 shang hang | 车行 che hang | 太行 tai hang | 十三行 shi san hang | 分行 fen hang | 支行 zhi hang | 总行 zong hang
研究 yan jiu | 调查 diao cha | 调度 diao du | 传记 zhuan ji | 自传 zi zhuan | 曲艺 qu yi | 给水 ji shui | 供给 gong ji
人参 ren shen | 海参 hai shen | 参茸 shen rong | 女红 nv gong | 扁舟 pian zhou | 绿林 lu lin | 鸭绿江 ya lu jiang | 房车 fang che
薄荷 bo he | 厚薄 hou bo | 吐蕃 tu bo | 可汗 ke han | 冒顿 mo du | 阏氏 yan zhi | 月氏 yue zhi | 大月氏 da yue zhi | 身毒 yuan du
丁零 ding ling | 丁丁 ding ding | 令狐 ling hu | 万俟 mo qi | 单于 chan yu | 长孙 zhang sun | 尉氏 wei shi | 祭城 zha cheng
漷县 huo xian | 潞城 lu cheng | 鄢陵 yan ling | 氾水 si shui | 圩埠 xu bu | 圩镇 xu zhen | 大圩 da xu | 石圩 shi wei | 虹县 hong xian
枳沟 zhi gou | 费县 fei xian | 芒砀 mang dang | 丽水 li shui | 高丽 gao li | 东筦 dong guan | 尾巴 wei ba | 提防 di fang | 重叠 chong die
老祖 lao zu | 奇数 ji shu | 数学 shu xue | 强项 qiang xiang | 生长 sheng zhang | 成长 cheng zhang | 校长 xiao zhang | 会长 hui zhang
部长 bu zhang | 院长 yuan zhang | 社长 she zhang | 班长 ban zhang | 县长 xian zhang | 市长 shi zhang | 家长 jia zhang | 首长 shou zhang
乘务 cheng wu | 似的 shi de | 朝霞 zhao xia | 朝晖 zhao hui | 朝气 zhao qi | 朝夕 zhao xi | 三朝 san chao | 处女 chu nv | 便宜 pian yi
"""


def both(name: str) -> tuple[str, str]:
    """The name in pinyin and by initials: qionghaishi, qhs."""
    syllables, letters = _tables()
    spelt = _with_stand_ins(name)
    return spelt.translate(syllables), spelt.translate(letters)


def _with_stand_ins(name: str) -> str:
    pattern, stand_ins = _phrases()
    return pattern.sub(lambda found: stand_ins[found[0]], name)


@cache
def _tables() -> tuple[dict[int, str], dict[int, str]]:
    """Per character: its syllable, and the first letter of that."""
    syllables = {
        code: _plain(readings.partition(",")[0])
        for code, readings in pinyin_dict.pinyin_dict.items()
        if FIRST_CHARACTER <= code <= LAST_CHARACTER
    }
    syllables |= {ord(character): syllable for character, syllable in USUAL.items()}
    syllables |= dict(_odd_readings().values())
    syllables |= {ord(mark): "" for mark in MARKS}
    return syllables, {code: syllable[:1] for code, syllable in syllables.items()}


def _plain(syllable: str) -> str:
    return to_normal(syllable).replace("ü", "v")


@cache
def _phrases() -> tuple[re.Pattern[str], dict[str, str]]:
    """What finds the phrases in one pass, longest first, and each with stand-ins for its characters."""
    stand_ins = {
        phrase: "".join(
            chr(_odd_readings()[character, syllable][0])
            for character, syllable in zip(phrase, syllables, strict=True)
        )
        for phrase, syllables in _listed()
    }
    by_first: dict[str, list[str]] = {}
    for phrase in sorted(stand_ins, key=len, reverse=True):
        by_first.setdefault(phrase[0], []).append(phrase[1:])
    # Grouped by first character: a search that skips to those that can begin a phrase, then tries few.
    groups = (f"{first}(?:{'|'.join(rests)})" for first, rests in by_first.items())
    return re.compile("|".join(groups)), stand_ins


@cache
def _odd_readings() -> dict[tuple[str, str], tuple[int, str]]:
    """(character, syllable) of the phrases: the stand-in's code point and the syllable."""
    pairs = dict.fromkeys(
        pair for phrase, syllables in _listed() for pair in zip(phrase, syllables, strict=True)
    )
    return {pair: (FIRST_STAND_IN + n, pair[1]) for n, pair in enumerate(pairs)}


@cache
def _listed() -> tuple[tuple[str, list[str]], ...]:
    entries = (entry.split() for line in PHRASES.split("\n") for entry in line.split("|"))
    return tuple((entry[0], entry[1:]) for entry in entries if entry)
