package svg

import "unicode"

// advances are the advance widths of the characters from space to tilde, in thousandths of the size: of each
// the wider one of Arial's and DejaVu Sans's, so that a text takes no more than it is given, whichever of the
// usual fonts without serifs it is set in.
var advances = [...]int{
	318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337,
	636, 636, 636, 636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 556,
	1015, 684, 686, 722, 770, 667, 611, 778, 752, 295, 500, 667, 557, 863, 748, 787,
	667, 787, 722, 667, 611, 732, 684, 989, 685, 667, 685, 390, 337, 390, 838, 556,
	500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
	635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
}

const (
	// wideAdvance is that of ideographs, pictureAdvance that of emoji, otherAdvance what all else has at most.
	wideAdvance, pictureAdvance, otherAdvance = 1000, 1300, 850
	// Bold is how much wider letters are that are bold.
	Bold = 1.13
)

// Width is how wide a text is at a size.
func Width(s string, size float64) float64 {
	sum := 0
	for _, r := range s {
		sum += advance(r)
	}
	return float64(sum) * size / 1000
}

func advance(r rune) int {
	switch {
	case r >= ' ' && int(r-' ') < len(advances):
		return advances[r-' ']
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case r >= 0x1f000:
		return pictureAdvance
	case r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xd7ff || r >= 0xf900 && r <= 0xfaff || r >= 0xfe30 && r <= 0xff60 || r == '…':
		return wideAdvance
	}
	return otherAdvance
}

// Fit cuts a text that is wider than it may be.
func Fit(s string, size, width float64) string {
	if Width(s, size) <= width {
		return s
	}
	room := width - Width("…", size)
	for i, r := range s {
		if room -= float64(advance(r)) * size / 1000; room < 0 {
			return s[:i] + "…"
		}
	}
	return s
}
