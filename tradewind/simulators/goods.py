"""What the practice company could sell: invented products with plausible weights, sizes and HS codes."""

from __future__ import annotations

import csv
from collections.abc import Iterator

CATEGORIES = {
    "K": ("Kitchen", "厨房用品"),
    "P": ("Pet supplies", "宠物用品"),
    "O": ("Outdoor", "户外用品"),
    "E": ("Phone & computer", "数码配件"),
    "H": ("Home & decor", "家居装饰"),
    "B": ("Beauty", "美妆个护"),
    "S": ("Sports", "运动健身"),
    "T": ("Toys & stationery", "玩具文具"),
}

# code; name; name in Chinese; HS 2022 subheading; packed weight g, length, width, height mm;
# unit cost CNY; price USD; attributes
GOODS = """
K01;Silicone baking mat, set of 2;硅胶烘焙垫两片装;392410;240;420;60;60;11.80;14.99;
K02;Stainless steel garlic press;不锈钢压蒜器;820551;310;190;80;40;13.50;15.99;
K03;Bamboo cutting board with groove;带槽竹砧板;441911;980;380;280;20;21.00;24.99;
K04;Glass spice jars, set of 12;玻璃调料罐十二件套;701349;1950;320;240;110;36.00;32.99;
K05;Slim digital kitchen scale;超薄电子厨房秤;842310;420;220;170;30;24.50;19.99;battery
K06;Cast iron trivet, leaf;树叶形铸铁隔热垫;732391;760;190;190;25;17.80;18.99;
K07;Insulated bottle 500 ml;不锈钢保温杯500毫升;961700;390;270;80;80;23.60;22.99;
K08;Ice cube tray with lid;带盖硅胶冰格;392410;230;260;120;50;8.90;12.99;
K09;Linen-look kitchen apron;仿亚麻厨房围裙;621142;260;300;220;30;14.20;17.99;textile
P01;No-pull dog harness;防爆冲狗胸背带;420100;280;250;180;50;18.60;21.99;textile
P02;Slow feeder dog bowl;宠物慢食碗;392490;330;220;220;60;9.80;13.99;
P03;Cat teaser wand, 5 refills;逗猫棒五替换头装;392690;110;420;60;40;6.40;10.99;
P04;Pet grooming gloves, pair;宠物梳毛手套一双;630790;170;240;170;30;8.20;12.99;textile
P05;Pet travel water bottle;宠物外出随行水杯;392490;240;230;90;80;12.40;15.99;
P06;Cat scratching lounge;瓦楞纸猫抓躺椅;482390;1650;440;230;240;24.00;27.99;
P07;Rechargeable LED dog collar;充电发光狗项圈;420100;120;160;100;40;11.60;16.99;battery
P08;Gel cooling mat for pets;宠物凝胶冰垫;392690;1250;330;250;60;27.50;28.99;liquid
P09;Pet hair remover roller;免耗材宠物除毛滚筒;960390;260;200;110;70;12.80;17.99;
O01;Rechargeable camping lantern;充电露营灯;851310;480;190;110;110;33.00;29.99;battery
O02;Folding trekking poles, pair;折叠登山杖两支装;660200;690;400;120;70;43.00;36.99;
O03;Roll-top dry bag 10 L;卷口防水袋10升;420292;260;260;150;40;13.90;16.99;
O04;Double hammock with straps;双人吊床含绑带;630690;720;250;150;120;29.00;29.99;textile
O05;Folding camp stool;折叠露营凳;940179;1150;340;130;120;26.50;26.99;
O06;Aluminium carabiners, set of 10;铝合金登山扣十个装;761699;190;150;100;40;9.20;11.99;
O07;Quick-dry towel, large;大号速干毛巾;630293;300;260;140;60;12.60;16.99;textile
O08;Waterproof picnic blanket;防潮野餐垫;630140;850;330;180;130;28.00;27.99;textile
O09;Bicycle phone mount;自行车手机支架;392690;150;140;90;60;9.60;14.99;
E01;Braided USB-C cable 2 m;编织USB-C数据线2米;854442;75;150;90;25;6.90;10.99;
E02;GaN charger 65 W;氮化镓充电器65瓦;850440;190;110;80;50;41.00;32.99;
E03;Aluminium phone stand;铝合金手机支架;761699;210;150;90;40;13.40;15.99;
E04;Magnetic wireless charger;磁吸无线充电器;850440;110;110;110;25;19.80;19.99;magnet
E05;Bluetooth key finder, 2 pack;蓝牙防丢器两个装;851762;60;110;80;25;23.00;21.99;battery
E06;Felt laptop sleeve 14 inch;毛毡笔记本内胆包14寸;420212;290;370;270;25;16.70;19.99;textile
E07;USB-C hub 7 in 1;七合一USB-C扩展坞;847180;140;160;80;30;46.00;35.99;
E08;Clip-on ring light;夹式补光灯;940542;160;130;110;50;15.90;17.99;battery
E09;Screen cleaning kit 100 ml;屏幕清洁套装100毫升;340290;180;170;80;50;7.60;11.99;liquid
H01;Drawer organisers, set of 8;抽屉收纳盒八件套;392490;620;330;240;90;18.40;21.99;
H02;LED curtain lights 3 m;LED窗帘灯3米;940542;330;190;150;80;19.20;19.99;
H03;Blackout curtain panels, pair;遮光窗帘两片;630392;1480;340;270;80;42.00;36.99;textile
H04;Velvet hangers, 20 pack;植绒衣架二十只装;392690;1280;430;240;110;25.00;25.99;
H05;Ceramic bud vase, matte;哑光陶瓷小花瓶;691390;540;210;120;120;15.60;19.99;
H06;Adhesive wall hooks, 8 pack;免钉墙面挂钩八只装;830250;170;150;110;30;7.80;11.99;
H07;Soy candle, cedar;雪松大豆香薰蜡烛;340600;460;110;100;100;16.40;21.99;
H08;Waffle cushion covers, 2 pack;华夫格抱枕套两只装;630492;340;300;250;40;17.90;19.99;textile
H09;Floating shelf, oak finish;橡木色一字隔板;940360;1850;620;170;60;36.50;34.99;
B01;Jade facial roller set;玉石美容滚轮套装;711620;230;190;110;50;14.30;18.99;
B02;Makeup brushes, set of 12;化妆刷十二支套装;960330;250;230;120;50;19.90;21.99;
B03;Matte hair claw clips, 6 pack;磨砂抓夹六只装;961511;190;160;120;60;9.10;12.99;
B04;Satin pillowcases, 2 pack;缎面枕套两只装;630232;300;270;210;30;15.80;18.99;textile
B05;Travel bottles, set of 8;旅行分装瓶八件套;392330;220;200;140;60;10.70;13.99;
B06;Cordless nail drill;无线电动磨甲机;850980;280;190;110;50;38.00;29.99;battery
B07;Contoured sleep mask;立体睡眠眼罩;630790;70;220;100;50;7.90;12.99;textile
B08;Silicone face brush, 3 pack;硅胶洁面刷三只装;960329;120;140;100;50;6.80;9.99;
B09;Manicure set in case;美甲修剪套装;821420;230;150;90;35;16.20;17.99;
S01;Resistance bands, set of 5;弹力带五条装;950691;260;170;120;50;12.90;16.99;
S02;Non-slip yoga mat 6 mm;防滑瑜伽垫6毫米;950691;1100;620;130;130;29.80;32.99;
S03;Weighted jump rope;负重跳绳;950691;350;220;140;50;13.70;16.99;
S04;Foam roller 33 cm;泡沫轴33厘米;950691;780;340;150;150;22.40;24.99;
S05;Adjustable hand gripper;可调节握力器;950691;210;170;110;40;8.40;11.99;
S06;Anti-fog swim goggles;防雾泳镜;900490;130;190;80;60;14.60;17.99;
S07;Half-finger cycling gloves;半指骑行手套;621600;110;210;120;30;13.20;16.99;textile
S08;Slim running belt;超薄跑步腰包;420292;120;220;120;30;10.80;14.99;textile
S09;Retractable table tennis set;伸缩乒乓球套装;950640;680;310;190;80;31.00;29.99;
T01;Wooden animal puzzle;木质动物拼图;950300;420;240;240;30;14.80;18.99;
T02;Magnetic building tiles, 40;磁力片四十片装;950300;1180;270;210;80;44.00;38.99;magnet
T03;Gel pens, 24 colours;中性笔二十四色;960810;320;190;160;30;13.10;15.99;
T04;Dotted notebook A5;A5点阵笔记本;482010;340;220;150;20;9.40;13.99;
T05;Washi tape, 12 rolls;和纸胶带十二卷;481141;210;160;110;40;8.70;11.99;
T06;Watercolour set, 36 pans;固体水彩三十六色;321310;410;240;130;40;21.60;23.99;
T07;Kids' weaving loom kit;儿童编织机手工套装;950300;590;290;220;60;18.20;21.99;
T08;Desk pad, vegan leather;皮革纹桌垫;392690;690;420;70;70;17.40;19.99;
T09;Paper lanterns, 10 pack;纸灯笼十只装;950590;310;330;260;30;11.20;15.99;
"""

# name; name in Chinese; city; lead days
SUPPLIERS = """
Yiwu Lanhe Housewares;义乌市蓝禾日用百货厂;义乌;12
Ningbo Beishan Kitchen;宁波北杉厨具有限公司;宁波;15
Shenzhen Qichuan Digital;深圳市启川数码科技有限公司;深圳;10
Guangzhou Yunmeng Pets;广州云萌宠物用品有限公司;广州;14
Dongguan Hengtuo Sports;东莞市恒拓体育用品厂;东莞;18
Hangzhou Sumian Textiles;杭州素棉家纺有限公司;杭州;16
Yongkang Fengxing Outdoor;永康市风行户外用品厂;永康;20
Chaozhou Taoran Ceramics;潮州陶然陶瓷制作所;潮州;25
Shantou Leqi Toys;汕头市乐齐玩具有限公司;汕头;18
Cangzhou Meiyan Beauty Tools;沧州美妍美妆工具厂;沧州;15
"""

# Which suppliers make a category's goods.
MAKERS = {
    "K": (0, 1, 7),
    "P": (3, 0),
    "O": (6, 4),
    "E": (2,),
    "H": (5, 0, 7),
    "B": (9, 0),
    "S": (4, 6),
    "T": (8, 0),
}


def rows(table: str) -> Iterator[list[str]]:
    """The rows of a table above, as texts."""
    return csv.reader(table.strip().splitlines(), delimiter=";")
