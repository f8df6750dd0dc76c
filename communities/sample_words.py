"""Words of the sample year's activities: what such activities are called, where they are held, what happens. No names of people or firms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """How activities of a category read: titles, a sentence of what went on, how many come, which scenes the photos show."""

    titles: tuple[str, ...]
    content: str
    people: tuple[int, int]
    helpers: tuple[int, int]
    scenes: tuple[str, str] = ("hall", "desk")


KINDS: dict[str, Kind] = {
    "party_building": Kind(
        ("党员集中学习暨服务承诺", "党组织书记讲党课", "党员亮身份入户走访", "“五社联动”党建联席会"),
        "学习城乡社区治理试点工作方案，党员认领服务岗位，现场公布联系方式。",
        (18, 46),
        (3, 9),
    ),
    "children_science": Kind(
        ("儿童科普实验室：会跳舞的纸", "儿童科普实验室：水的三种样子", "儿童科普实验室：自制小电路", "儿童科普实验室：种子发芽记"),
        "志愿者带领孩子动手做实验，家长在旁协助，结束后一起收拾场地。",
        (16, 34),
        (3, 6),
        ("desk", "hall"),
    ),
    "youth_sport": Kind(
        ("青少年三人篮球公益赛", "青少年跳绳公益赛", "青少年乒乓球公益赛"),
        "报名组队，按年龄分组比赛，参赛物资由共建单位支持，赛后颁发纪念品。",
        (30, 66),
        (6, 12),
        ("ground", "courtyard"),
    ),
    "disabled_sport": Kind(
        ("残疾人趣味运动会", "残疾人飞镖、象棋友谊赛"),
        "设置轻量项目，志愿者一对一陪同，现场配备医务人员。",
        (18, 32),
        (8, 14),
        ("ground", "hall"),
    ),
    "elderly_hobby": Kind(
        ("老年人书法绘画比赛", "老年人象棋比赛", "老年人广场舞展演"),
        "老年兴趣小组报名参加，社区老年协会担任评委，作品在公示栏展出。",
        (26, 58),
        (4, 8),
        ("hall", "board"),
    ),
    "festival_culture": Kind(
        ("传统节日邻里文艺汇演", "节日民俗游园会", "邻里同乐文艺演出"),
        "居民自编自演歌舞、快板、民乐，穿插政策问答，邻里自带点心分享。",
        (80, 220),
        (10, 24),
        ("courtyard", "hall"),
    ),
    "minors_counselling": Kind(
        ("困难家庭未成年人心理疏导小组", "未成年人情绪管理小组"),
        "由专业社会工作者带领小组活动，按保密要求不拍摄、不记录姓名。",
        (6, 12),
        (1, 3),
    ),
    "minors_care": Kind(
        ("困难家庭未成年人周末陪伴", "困难家庭未成年人学业辅导"),
        "志愿者结对辅导作业、陪伴阅读，学习用品由公益项目提供。",
        (10, 22),
        (5, 10),
        ("desk", "hall"),
    ),
    "minors_visit": Kind(
        ("困难家庭未成年人节日慰问", "困难家庭未成年人开学慰问"), "分组入户慰问，了解需求并登记，慰问品签收留存。", (12, 20), (4, 8)
    ),
    "mutual_aid": Kind(
        ("邻里互助日", "楼栋互助小组议事", "时间银行互助服务"),
        "低龄老人帮高龄老人、楼栋邻里互换技能，服务时长当场登记。",
        (20, 52),
        (8, 18),
        ("courtyard", "desk"),
    ),
    "elderly_care": Kind(
        ("老年人健康义诊", "高龄老人关爱日", "老年人防诈骗讲座"),
        "测血压血糖、建立健康台账，讲解常见骗局，发放提示卡。",
        (28, 60),
        (5, 12),
        ("hall", "desk"),
    ),
    "child_care": Kind(
        ("儿童托管开放日", "儿童安全小课堂"), "围绕居家和交通安全开展互动教学，家长参与演练。", (18, 36), (4, 8), ("desk", "hall")
    ),
    "social_assistance": Kind(
        ("社会救助政策宣讲", "困难群众需求走访"), "讲解申请条件和流程，现场受理咨询并登记需求。", (20, 42), (3, 7), ("hall", "board")
    ),
    "disability_support": Kind(
        ("助残服务日", "残疾人居家康复指导"), "上门或集中提供康复指导，登记辅具需求。", (12, 28), (5, 9), ("hall", "desk")
    ),
    "legal_aid": Kind(
        ("法律援助进社区", "民法典案例讲堂"), "律师志愿者现场答疑，调解室同步受理纠纷。", (22, 46), (3, 6), ("hall", "board")
    ),
    "environment": Kind(
        ("楼道清洁行动", "背街小巷环境整治", "垃圾分类劝导日"),
        "居民与志愿者一起清理楼道杂物和小广告，分片包干，前后对比公示。",
        (28, 70),
        (12, 30),
        ("garden", "courtyard"),
    ),
    "fire_safety": Kind(
        ("消防安全演练", "电动自行车充电安全检查", "灭火器使用培训"),
        "讲解用火用电常识，演示并练习灭火器使用，排查隐患。",
        (30, 72),
        (6, 14),
        ("courtyard", "board"),
    ),
    "nursery": Kind(
        ("托幼服务家长课堂", "亲子阅读角"), "介绍托幼服务安排，开展亲子阅读，收集家长意见。", (16, 32), (3, 6), ("desk", "hall")
    ),
    "schooling": Kind(
        ("就学帮扶政策咨询", "开学前学业辅导"), "对接学校政策，志愿者辅导功课，发放学习用品。", (14, 30), (4, 8), ("desk", "hall")
    ),
    "medical": Kind(
        ("家庭医生签约服务", "慢性病健康讲座"), "社区卫生服务中心现场签约、答疑，建立随访名单。", (26, 58), (3, 7), ("hall", "desk")
    ),
    "employment": Kind(
        ("灵活就业岗位推介", "家政技能体验课"), "发布岗位信息，登记求职意向，开展技能体验。", (24, 52), (3, 6), ("hall", "board")
    ),
    "elderly_support": Kind(
        ("养老服务体验日", "适老化改造入户说明"), "介绍助餐、日间照料等服务，现场登记服务需求。", (24, 50), (4, 9), ("hall", "desk")
    ),
    "volunteer": Kind(
        ("志愿服务集中行动", "楼栋志愿者入户服务", "“众行”志愿服务日"),
        "志愿者按片区开展巡查、帮扶和宣传，服务时长记入台账。",
        (24, 64),
        (16, 40),
        ("courtyard", "garden"),
    ),
    "charity": Kind(
        ("公益集市", "旧物置换公益日", "便民服务公益行"),
        "理发、磨刀、家电维修等便民摊位集中服务，爱心物资当场登记。",
        (50, 130),
        (12, 26),
        ("courtyard", "hall"),
    ),
    "discussion": Kind(
        ("居民议事会：小区停车", "居民议事会：充电棚选址", "居民议事会：公共空间改造", "居民议事会：物业托管方案"),
        "按“提议、商议、决议、公示”的程序议事，参会居民逐项发表意见，形成会议记录并公示。",
        (14, 38),
        (2, 5),
        ("hall", "board"),
    ),
    "supervision": Kind(
        ("居民监督评议会", "项目进展公开评议"),
        "公开项目和经费使用情况，居民代表现场评议，意见逐条登记。",
        (16, 34),
        (2, 4),
        ("hall", "board"),
    ),
    "community_culture": Kind(
        ("社区文化墙共绘", "邻里故事分享会", "阵地文化开放日"),
        "居民一起布置社区阵地，展示老照片和手工作品，讲述社区变化。",
        (26, 62),
        (5, 11),
        ("board", "hall"),
    ),
    "training": Kind(
        ("社会工作实务培训", "社区工作者业务培训", "志愿者骨干培训", "资金使用和档案整理培训"),
        "围绕试点任务讲解流程和表单，分组演练，现场答疑。",
        (22, 54),
        (2, 5),
        ("hall", "board"),
    ),
    "publicity": Kind(
        ("试点政策入户宣传", "社区治理宣传周"),
        "入户发放明白纸，讲解试点内容和参与方式，收集意见建议。",
        (60, 160),
        (8, 18),
        ("board", "courtyard"),
    ),
    "self_organised": Kind(
        ("居民自发晨练队交流", "邻里包饺子活动", "居民合唱队排练汇报"),
        "由居民自行发起、自行组织，社区提供场地。",
        (22, 58),
        (4, 10),
        ("courtyard", "hall"),
    ),
    "crowdfunding": Kind(
        ("“众筹”小微项目征集会", "爱心物资众筹日"),
        "居民、商户和共建单位现场认领项目或捐赠物资，款物登记公示。",
        (30, 76),
        (6, 12),
        ("hall", "board"),
    ),
}

FESTIVALS = (("中秋", (2022, 9, 10)), ("重阳", (2022, 10, 4)), ("春节", (2023, 1, 22)), ("元宵", (2023, 2, 5)))
PLACES = ("党群服务中心二楼", "党群服务中心一楼大厅", "居民活动室", "小区广场", "新时代文明实践站", "社区小院")
INDOORS = ("党群服务中心二楼", "居民活动室", "新时代文明实践站")
ORGANISERS = ("社区居民委员会", "示例志愿服务队", "示例社会工作服务站", "示例老年协会")
AFTERWARDS = (
    "居民反映较好，建议定期开展。",
    "现场收集意见建议，已分类登记。",
    "签到和照片已留存。",
    "活动秩序良好，未发生安全问题。",
    "对提出的问题当场答复，需协调的已转交。",
)
RETURNS = (
    "缺签到表照片，请补传。",
    "参加人次与签到表不一致，请核对后再提交。",
    "活动内容过于简单，请写明做了哪些事。",
    "地点请写到具体场所。",
    "请补充一张能看清全场的照片。",
)
PASSED = ("", "", "材料齐全，同意。", "情况属实，同意。", "同意计入试点任务。")

# How many of each category a pilot holds in the year; what its own tasks ask for comes first.
PROGRAMME: dict[str, dict[str, int]] = {
    "P1": {"party_building": 5, "discussion": 5, "training": 8, "volunteer": 5, "publicity": 3, "legal_aid": 2, "charity": 2},
    "P2": {"community_culture": 7, "charity": 6, "volunteer": 4, "discussion": 3, "environment": 3, "elderly_care": 3, "party_building": 2},
    "P3": {"discussion": 7, "environment": 4, "publicity": 3, "volunteer": 3, "party_building": 2, "fire_safety": 2},
    "P4": {
        "children_science": 7,
        "youth_sport": 3,
        "disabled_sport": 1,
        "elderly_hobby": 5,
        "minors_counselling": 3,
        "minors_care": 3,
        "minors_visit": 2,
        "discussion": 4,
        "mutual_aid": 4,
        "training": 2,
        "volunteer": 3,
    },
    "P5": {
        "elderly_care": 4,
        "child_care": 3,
        "social_assistance": 2,
        "disability_support": 3,
        "legal_aid": 3,
        "environment": 4,
        "fire_safety": 3,
        "nursery": 2,
        "schooling": 2,
        "medical": 3,
        "employment": 3,
        "elderly_support": 3,
    },
    "P6": {
        "party_building": 4,
        "self_organised": 5,
        "mutual_aid": 4,
        "supervision": 4,
        "crowdfunding": 3,
        "discussion": 5,
        "volunteer": 5,
        "publicity": 2,
    },
}
