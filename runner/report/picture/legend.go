package picture

import (
	"fmt"
	"slices"
	"strings"

	"tutor/runner/escape"
	"tutor/runner/outcome"
	"tutor/runner/svg"
)

// legendItem explains a sign, which is left of the text.
type legendItem struct {
	sign string
	label
}

// placeLegend explains the signs that the picture has. It returns where the legend ends.
func (s *scene) placeLegend(y float64) float64 {
	has := func(which func(row) bool) bool { return slices.ContainsFunc(s.rows, which) }
	x := svg.Margin
	for _, item := range []struct {
		there      bool
		sign, text string
	}{
		{has(func(r row) bool { return r.message > 0 }), "chip", "a message"},
		{len(s.holds) > 0, "hold", "in a consumer's hands"},
		{has(func(r row) bool { return r.loss }), "cross", "lost for good"},
		{has(func(r row) bool { return r.inferred }), "dashed", "inferred, not seen"},
		{has(func(r row) bool { return r.jump }), "jump", "time goes on"},
		{has(func(r row) bool { return r.goes }), "gone", "gone"},
	} {
		if !item.there {
			continue
		}
		w := svg.Width(item.text, smallSize)
		if x+signWidth+w > s.width-svg.Margin && x > svg.Margin {
			x, y = svg.Margin, y+18
		}
		s.legend = append(s.legend, legendItem{item.sign, label{x: x + signWidth, y: y + 12, w: w, size: smallSize, words: item.text, class: "small", row: none}})
		x += signWidth + w + 16
	}
	if len(s.legend) == 0 {
		return y
	}
	return y + 18
}

// signWidth is how much room a sign takes, with what is between it and the text.
const signWidth = 28.0

// describe tells those who do not see the picture what is in it.
func (s *scene) describe(a *outcome.Act) string {
	var b strings.Builder
	b.WriteString("A sequence diagram; time goes down.")
	for _, kind := range []struct {
		kind laneKind
		word string
	}{{publisherLane, "Publishers"}, {queueLane, "Queues"}, {consumerLane, "Consumers"}} {
		var names []string
		for _, l := range s.lanes {
			if l.kind == kind.kind {
				names = append(names, escape.Text(l.name))
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, " %s: %s.", kind.word, strings.Join(names, ", "))
		}
	}
	var losses []string
	for _, r := range s.rows {
		if r.loss {
			losses = append(losses, fmt.Sprintf("message %d (%s)", r.message, escape.Text(r.words)))
		}
	}
	if len(losses) > 0 {
		fmt.Fprintf(&b, " Lost: %s.", strings.Join(losses, ", "))
	}
	for _, r := range s.remarks(a) {
		fmt.Fprintf(&b, " %s.", escape.Text(r))
	}
	return b.String()
}
