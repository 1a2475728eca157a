#!/bin/sh
# Makes the four font files beside this script from Debian's fonts-noto-core with fonttools (apt-get install fonts-noto-core fonttools).
# Layout tables and hints are dropped: gofpdf reads neither, and each document would carry them.
set -eu
from=${1:-/usr/share/fonts/truetype/noto}
wide="U+0020-007E,U+00A0-024F,U+0259,U+02BC,U+02C6-02DD,U+0300-0304,U+0306-030C,U+0323,U+0327,U+0328,U+0370-03FF,U+0400-052F,U+1E00-1EFF,U+2010-2027,U+202F,U+2030-203A,U+2044,U+2070-209C,U+20A0-20BF,U+2113,U+2116,U+2122,U+2126,U+212E,U+2150-215E,U+2202-221E,U+2248,U+2260,U+2264,U+2265,U+FB01,U+FB02,U+FFFD"
# Exactly the repertoire of Windows code page 1252, the encoding of the 8-bit path.
latin="U+0020-007E,U+00A0-00FF,U+0152,U+0153,U+0160,U+0161,U+0178,U+017D,U+017E,U+0192,U+02C6,U+02DC,U+2013,U+2014,U+2018-201A,U+201C-201E,U+2020-2022,U+2026,U+2030,U+2039,U+203A,U+20AC,U+2122"
cut() {
	fonttools subset "$from/NotoSans-$1.ttf" --unicodes="$2" --output-file="$3" --layout-features='' --no-hinting \
		--drop-tables+=GSUB,GPOS,GDEF,DSIG,MATH,kern --name-IDs=0,1,2,3,4,5,6,13,14 --notdef-outline
}
for weight in Regular Bold; do
	cut $weight "$wide" "NotoSans-$weight.ttf"
	cut $weight "$latin" "NotoSans-$weight-latin.ttf"
done
