"""The sample year of money as a table: what each pilot was given, bought and paid. All amounts are 示例数据.

As of 2022-11-30: 下达 320 万 (省 280, 县 40), 305 万 to the pilots, 31 contracts of 248.65 万, 58 payments of 146.238 万. Days are 工作日.
"""

from dataclasses import dataclass, field

WORKS, GOODS, SERVICE, ACTIVITY = "works", "goods", "service", "activity"
COMPANY, ORGANISATION = "company", "organisation"
COMPARE, CONSULT, INQUIRY, DIRECT = "comparison", "consultation", "inquiry", "direct"


@dataclass(frozen=True)
class Pay:
    """One payment: 元, the day it is paid (MMDD; before July it is 2023), what for. `course` says how it goes (funds/sample.py)."""

    amount: str
    day: str
    purpose: str
    course: str = ""


@dataclass(frozen=True)
class Deal:
    """The contract of a project: contractor, party, method, signed on, 元, share of prepayment."""

    contractor: str
    party: str
    method: str
    signed: str
    amount: str
    prepayment: int = 0


@dataclass(frozen=True)
class Work:
    """One project with its budget line, its contract (None: small direct outlays) and its payments; `ends`: MMDD completed, accepted."""

    name: str
    kind: str
    tasks: str
    category: str
    budget: str
    deal: Deal | None
    pays: tuple[Pay, ...]
    works: str = ""
    ends: tuple[str, ...] = ()
    payee: str = ""


@dataclass(frozen=True)
class PilotYear:
    """One pilot: given from the province and the county, its projects in order."""

    province: str
    county: str
    works: tuple[Work, ...]
    matched: tuple[tuple[str, str, str, str], ...] = field(default=())


YEAR: dict[str, PilotYear] = {
    "P1": PilotYear(
        "700000",
        "100000",
        (
            Work(
                "社会组织孵化",
                SERVICE,
                "T1.15 T1.16",
                "purchased_service",
                "270000",
                Deal("示例社工服务中心", ORGANISATION, CONSULT, "0906", "268000"),
                (
                    Pay("80400", "0928", "第一期：孵化入驻与需求评估"),
                    Pay("80400", "1124", "第二期：孵化辅导与能力建设"),
                    Pay("53600", "0112", "第三期：孵化中期评估"),
                    Pay("53600", "0224", "第四期：出壳评估"),
                ),
                ends=("0220", "0309"),
            ),
            Work(
                "五社联动阵地建设",
                WORKS,
                "T1.14 T1.2",
                "venue_works",
                "160000",
                Deal("示例建筑公司", COMPANY, CONSULT, "0908", "150000"),
                (
                    Pay("45000", "0926", "第一期：基础改造完成"),
                    Pay("60000", "1031", "第二期：主体完工"),
                    Pay("38000", "1222", "第三期：验收结算"),
                ),
                ends=("1128", "1214"),
            ),
            Work(
                "社工人才培训",
                SERVICE,
                "T1.11 T1.12",
                "training",
                "65000",
                Deal("示例社会工作协会", ORGANISATION, COMPARE, "0817", "62000"),
                (
                    Pay("18600", "0831", "第一期：社工考前培训"),
                    Pay("24800", "1021", "第二期：社区工作者能力提升"),
                    Pay("18600", "1215", "第三期：实务督导", "refund"),
                ),
                ends=("1202", "1212"),
            ),
            Work(
                "志愿服务站设施",
                GOODS,
                "T1.9",
                "equipment",
                "60000",
                Deal("示例科技公司", COMPANY, INQUIRY, "0922", "56000"),
                (Pay("28000", "1014", "第一期：设备到货"), Pay("28000", "1220", "第二期：安装验收")),
                ends=("1130", "1213"),
            ),
            Work(
                "居民需求调研",
                SERVICE,
                "T1.3 T1.4",
                "survey",
                "50000",
                Deal("示例咨询公司", COMPANY, COMPARE, "0816", "48000"),
                (
                    Pay("24000", "0826", "第一期：入户调查"),
                    Pay("14400", "0930", "第二期：调研分析报告"),
                    Pay("9600", "0310", "第三期：跟踪评估"),
                ),
                ends=("0228", "0307"),
            ),
            Work(
                "五社联动宣传",
                SERVICE,
                "T1.18",
                "publicity",
                "40000",
                Deal("示例文化传媒公司", COMPANY, COMPARE, "0919", "36000"),
                (
                    Pay("10800", "1020", "第一期：宣传栏与折页"),
                    Pay("14400", "1228", "第二期：专题片拍摄"),
                    Pay("10800", "0315", "第三期：成果展示"),
                ),
                ends=("0306", "0313"),
            ),
            Work(
                "社区微基金运营指导",
                SERVICE,
                "T1.10 T1.7",
                "incubation",
                "30000",
                Deal("示例慈善服务中心", ORGANISATION, COMPARE, "0927", "28000"),
                (
                    Pay("8400", "1026", "第一期：管理办法起草"),
                    Pay("11200", "0216", "第二期：运营辅导"),
                    Pay("8400", "0316", "第三期：年度评估"),
                ),
            ),
            Work(
                "街道联动活动",
                ACTIVITY,
                "T1.19 T1.8",
                "activity",
                "60000",
                None,
                (
                    Pay("5600", "0909", "中秋邻里活动物料"),
                    Pay("6400", "1010", "重阳敬老活动物料"),
                    Pay("5800", "1028", "志愿者交流活动"),
                    Pay("6800", "0118", "迎春活动物料"),
                    Pay("5200", "0203", "元宵活动物料"),
                    Pay("4300", "0330", "志愿者表彰活动", "unfiled"),
                ),
                payee="示例文具店",
            ),
        ),
        (("society", "示例商会", "30000", "0915"), ("department", "示例县直部门", "50000", "1018")),
    ),
    "P2": PilotYear(
        "450000",
        "50000",
        (
            Work(
                "便民服务设施",
                GOODS,
                "T2.6 T2.7",
                "equipment",
                "50000",
                Deal("示例办公用品店", COMPANY, INQUIRY, "0830", "46500"),
                (
                    Pay("23000", "0923", "第一期：服务台与座椅"),
                    Pay("18500", "1028", "第二期：自助设备"),
                    Pay("5000", "1213", "第三期：验收尾款"),
                ),
                ends=("1115", "1205"),
            ),
            Work(
                "社区文化活动",
                ACTIVITY,
                "T2.4 T2.10",
                "activity",
                "20000",
                Deal("示例文艺协会", ORGANISATION, DIRECT, "0823", "18000"),
                (
                    Pay("7200", "0907", "第一期：广场文艺汇演"),
                    Pay("5400", "0116", "第二期：迎春联欢"),
                    Pay("5400", "0208", "第三期：元宵灯会"),
                ),
                ends=("0206", "0217"),
            ),
            Work(
                "健康与育幼服务",
                SERVICE,
                "T2.13 T2.14",
                "purchased_service",
                "32000",
                Deal("示例家庭服务中心", ORGANISATION, COMPARE, "0914", "30000"),
                (
                    Pay("12000", "0929", "第一期：健康服务"),
                    Pay("7500", "1031", "第二期：育幼服务"),
                    Pay("6000", "1227", "第三期：家庭服务"),
                    Pay("4500", "0308", "第四期：服务评估"),
                ),
                ends=("0301", "0306"),
            ),
            Work(
                "架空层公共空间",
                WORKS,
                "T2.12",
                "venue_works",
                "45000",
                Deal("示例装饰公司", COMPANY, COMPARE, "0921", "42000"),
                (Pay("21000", "1017", "第一期：主体改造"), Pay("19740", "1221", "第二期：验收结算")),
                ends=("1209", "1216"),
            ),
            Work(
                "文化广场提升",
                WORKS,
                "T2.3 T2.5",
                "venue_works",
                "320000",
                Deal("示例园林公司", COMPANY, CONSULT, "1104", "300000", 50),
                (
                    Pay("150000", "1116", "合同约定的预付款", "prepaid"),
                    Pay("90000", "0113", "第二期：铺装与绿化"),
                    Pay("51000", "0310", "第三期：竣工验收"),
                    Pay("9000", "0404", "第四期：质量保证金", "waiting town_review"),
                ),
                works="culture_square",
                ends=("0302", "0308"),
            ),
            Work(
                "居民小型活动",
                ACTIVITY,
                "T2.10",
                "activity",
                "20000",
                None,
                (
                    Pay("3200", "0831", "纳凉晚会物料"),
                    Pay("2900", "0926", "国庆宣传物料"),
                    Pay("3000", "1021", "义诊活动物料"),
                    Pay("3600", "0117", "慰问活动物料"),
                    Pay("2600", "0405", "春季义诊物料", "draft"),
                ),
                payee="示例广告店",
            ),
        ),
        (("department", "示例县直部门", "40000", "0927"), ("society", "示例小区业委会", "12000", "1025")),
    ),
    "P3": PilotYear(
        "400000",
        "50000",
        (
            Work(
                "社企融合路径研究",
                SERVICE,
                "T3.1 T3.10",
                "survey",
                "40000",
                Deal("示例咨询公司", COMPANY, COMPARE, "0907", "38000"),
                (
                    Pay("11400", "0927", "第一期：路径研究"),
                    Pay("15200", "0314", "第二期：研究报告"),
                    Pay("11400", "0404", "第三期：推广应用", "returned"),
                ),
            ),
            Work(
                "社会企业启动设备",
                GOODS,
                "T3.2 T3.3",
                "equipment",
                "60000",
                Deal("示例设备公司", COMPANY, INQUIRY, "0928", "52000"),
                (
                    Pay("15600", "1024", "第一期：设备订货"),
                    Pay("26000", "1216", "第二期：设备到货"),
                    Pay("10400", "0403", "第三期：安装验收", "waiting head_approval"),
                ),
            ),
            Work(
                "三无小区托管",
                SERVICE,
                "T3.4 T3.5",
                "purchased_service",
                "160000",
                Deal("示例物业服务社", COMPANY, CONSULT, "1019", "142000"),
                (
                    Pay("85000", "1108", "第一期：进场与环境整治"),
                    Pay("28400", "1229", "第二期：托管服务"),
                    Pay("28600", "0309", "第三期：托管服务"),
                ),
            ),
            Work(
                "居民议事能力建设",
                SERVICE,
                "T3.9",
                "training",
                "35000",
                Deal("示例社工服务中心", ORGANISATION, COMPARE, "1110", "30000"),
                (Pay("9000", "1223", "第一期：议事培训"), Pay("12000", "0221", "第二期：议事实践")),
            ),
            Work(
                "居民参与活动",
                ACTIVITY,
                "T3.9 T3.11",
                "activity",
                "25000",
                None,
                (
                    Pay("3400", "0914", "居民座谈物料"),
                    Pay("2600", "1019", "楼栋议事物料"),
                    Pay("1800", "1208", "座谈会用餐", "rejected"),
                    Pay("4200", "0118", "迎春活动物料"),
                ),
                payee="示例文具店",
            ),
        ),
        (("residents", "示例小区居民众筹", "8600", "1020"),),
    ),
    "P4": PilotYear(
        "400000",
        "50000",
        (
            Work(
                "儿童科普实验室",
                SERVICE,
                "T4.6",
                "purchased_service",
                "60000",
                Deal("示例科普服务中心", ORGANISATION, COMPARE, "0824", "58000"),
                (
                    Pay("17400", "0913", "第一期：课程与器材"),
                    Pay("29000", "0929", "第二期：六次课程"),
                    Pay("11600", "1214", "第三期：课程评估"),
                ),
                ends=("1202", "1209"),
            ),
            Work(
                "为老关爱服务",
                SERVICE,
                "T4.10 T4.11 T4.12 T4.13",
                "purchased_service",
                "216000",
                Deal("示例社工服务中心", ORGANISATION, CONSULT, "0830", "215200"),
                (
                    Pay("60000", "0920", "第一期：日间照料启动"),
                    Pay("48000", "1118", "第二期：送餐、入户照护"),
                    Pay("24800", "1209", "日间照料专项", "slow"),
                    Pay("82400", "1223", "第三期：送餐、入户照护阶段服务", "cut"),
                ),
                ends=("0224", "0308"),
            ),
            Work(
                "老年助餐设施",
                GOODS,
                "T4.12",
                "equipment",
                "42000",
                Deal("示例厨具公司", COMPANY, INQUIRY, "0831", "41000"),
                (
                    Pay("20500", "0916", "第一期：灶具到货"),
                    Pay("16400", "1020", "第二期：安装完成"),
                    Pay("4100", "1220", "第三期：验收尾款"),
                ),
                ends=("1205", "1213"),
            ),
            Work(
                "残疾人和老年人赛事",
                ACTIVITY,
                "T4.8 T4.9",
                "activity",
                "30000",
                Deal("示例体育协会", ORGANISATION, DIRECT, "0915", "28800"),
                (Pay("14400", "1011", "第一期：残疾人运动比赛"), Pay("14400", "1208", "第二期：老年人兴趣比赛")),
                ends=("1129", "1205"),
            ),
            Work(
                "青少年运动公益比赛",
                ACTIVITY,
                "T4.7",
                "activity",
                "35000",
                Deal("示例体育协会", ORGANISATION, DIRECT, "0926", "35000"),
                (Pay("32600", "1026", "2022年10月组织青少年运动公益比赛2场"),),
                ends=("1024", "1107"),
            ),
            Work(
                "困难家庭未成年人关爱",
                SERVICE,
                "T4.14 T4.15 T4.16",
                "purchased_service",
                "22000",
                Deal("示例心理服务中心", ORGANISATION, COMPARE, "0930", "20000"),
                (Pay("10000", "1025", "第一期：心理疏导"), Pay("10000", "0112", "第二期：慰问与关爱")),
                ends=("0216", "0301"),
            ),
            Work(
                "居民互助活动",
                ACTIVITY,
                "T4.19 T4.20",
                "activity",
                "28000",
                None,
                (
                    Pay("4580", "0830", "睦邻活动物料"),
                    Pay("4200", "0927", "国庆文艺物料"),
                    Pay("4400", "1031", "互助集市物料"),
                    Pay("4600", "0206", "元宵文艺物料"),
                    Pay("3900", "0404", "社区宣传物料", "waiting to_pay"),
                ),
                payee="示例文具店",
            ),
        ),
        (("society", "示例爱心企业", "26000", "1012"), ("department", "示例县直部门", "35000", "1116")),
    ),
    "P5": PilotYear(
        "400000",
        "50000",
        (
            Work(
                "消防安全与环境整治",
                SERVICE,
                "T5.10 T5.9",
                "purchased_service",
                "22000",
                Deal("示例消防服务公司", COMPANY, COMPARE, "0902", "20000"),
                (Pay("8000", "0922", "第一期：消防检查"), Pay("12000", "0215", "第二期：环境整治")),
                ends=("0208", "0213"),
            ),
            Work(
                "十五分钟服务圈规划",
                SERVICE,
                "T5.19",
                "survey",
                "16000",
                Deal("示例规划设计公司", COMPANY, COMPARE, "0909", "15000"),
                (Pay("12000", "0929", "第一期：规划图与点位表"), Pay("3000", "0310", "第二期：成果修订")),
                ends=("0228", "0307"),
            ),
            Work(
                "托幼与老年关爱服务",
                SERVICE,
                "T5.4 T5.5 T5.11",
                "purchased_service",
                "48000",
                Deal("示例社工服务中心", ORGANISATION, COMPARE, "0916", "46000"),
                (
                    Pay("18400", "1013", "第一期：托幼服务", "corrected"),
                    Pay("13800", "0111", "第二期：老年关爱"),
                    Pay("13800", "0307", "第三期：服务评估"),
                ),
                ends=("0228", "0303"),
            ),
            Work(
                "社区阵地亲民化改造",
                WORKS,
                "T5.16 T5.17",
                "venue_works",
                "245000",
                Deal("示例建筑公司", COMPANY, CONSULT, "0928", "238000"),
                (
                    Pay("54000", "1027", "第一期：进场施工"),
                    Pay("83300", "1215", "第二期：主体完工"),
                    Pay("71400", "0222", "第三期：竣工验收"),
                    Pay("20300", "0404", "第四期：结算款", "waiting finance_check"),
                ),
                works="community_venue",
                ends=("0208", "0217"),
            ),
            Work(
                "便民服务设施",
                GOODS,
                "T5.3 T5.2",
                "equipment",
                "95000",
                Deal("示例办公用品店", COMPANY, INQUIRY, "1014", "93000"),
                (Pay("62000", "1111", "第一期：服务设备到货"), Pay("31000", "1226", "第二期：安装验收")),
                ends=("1209", "1219"),
            ),
            Work(
                "居民服务活动",
                ACTIVITY,
                "T5.8 T5.18",
                "activity",
                "20000",
                None,
                (
                    Pay("5600", "0908", "中秋便民活动物料"),
                    Pay("6500", "1020", "法律援助活动物料"),
                    Pay("5400", "0117", "迎春活动物料"),
                ),
                payee="示例广告店",
            ),
        ),
        (("department", "示例县直部门", "20000", "1109"),),
    ),
    "P6": PilotYear(
        "350000",
        "50000",
        (
            Work(
                "邻里互助服务",
                ACTIVITY,
                "T6.13 T6.17",
                "volunteer",
                "32000",
                Deal("示例志愿者协会", ORGANISATION, DIRECT, "0825", "30000"),
                (
                    Pay("12000", "0915", "第一期：互助队伍组建"),
                    Pay("9000", "1024", "第二期：互助服务"),
                    Pay("9000", "0117", "第三期：互助服务"),
                ),
                ends=("0110", "0213"),
            ),
            Work(
                "自治骨干培育",
                SERVICE,
                "T6.12 T6.14",
                "training",
                "64000",
                Deal("示例社工服务中心", ORGANISATION, COMPARE, "0831", "62000"),
                (
                    Pay("18600", "0921", "第一期：骨干培训"),
                    Pay("24800", "1028", "第二期：议事实训"),
                    Pay("18600", "0116", "第三期：评估提升"),
                ),
                ends=("0106", "0112"),
            ),
            Work(
                "自治互助站改造",
                WORKS,
                "T6.5",
                "venue_works",
                "200000",
                Deal("示例建筑公司", COMPANY, CONSULT, "0919", "192000"),
                (
                    Pay("57600", "1010", "第一期：基础改造"),
                    Pay("96000", "1125", "第二期：主体完工"),
                    Pay("32640", "1230", "第三期：验收结算"),
                ),
                ends=("1216", "1223"),
            ),
            Work(
                "众筹众议平台",
                SERVICE,
                "T6.15 T6.16",
                "purchased_service",
                "48000",
                Deal("示例科技公司", COMPANY, COMPARE, "0923", "46000"),
                (Pay("23000", "1019", "第一期：平台上线"), Pay("23000", "1219", "第二期：运行维护", "reversed")),
                ends=("1208", "1214"),
            ),
            Work(
                "居民自发活动",
                ACTIVITY,
                "T6.4 T6.10",
                "activity",
                "30000",
                None,
                (
                    Pay("4500", "0829", "纳凉议事物料"),
                    Pay("5200", "0930", "国庆活动物料"),
                    Pay("4800", "1031", "居民评议物料"),
                    Pay("4200", "0203", "元宵活动物料"),
                    Pay("3300", "0329", "居民评议物料", "unfiled"),
                ),
                payee="示例文具店",
            ),
        ),
        (("residents", "示例居民众筹", "15200", "1108"),),
    ),
}
"""By pilot code, in the order the contracts were signed."""
