package scenario

import (
	"fmt"
	"slices"
)

// Shown is what was observed of that of which something is expected, as far as it is named: a line for each
// delivery, way, number and answer to a publisher.
func (e *Expectation) Shown(deliveries map[string][]Delivered, deaths map[string][][]Death, queues map[string]QueueSeen, confirms map[string]ConfirmsSeen) []string {
	var lines []string
	for _, name := range sortedNatural(e.Deliveries) {
		for _, entry := range e.Deliveries[name].shown(deliveries[name]) {
			lines = append(lines, fmt.Sprintf("delivered to %s: %s", name, entry))
		}
	}
	for _, body := range sortedNatural(e.Deaths) {
		for _, way := range died(deaths[body]) {
			lines = append(lines, fmt.Sprintf("deaths of %s: %s", body, deathsText(way)))
		}
	}
	for _, name := range sortedNatural(e.Queues) {
		seen := queues[name]
		if !seen.Exists {
			lines = append(lines, fmt.Sprintf("queue %s: %s", name, Absent))
		}
		for _, v := range e.Queues[name].values(seen) {
			lines = append(lines, fmt.Sprintf("queue %s: %s", name, v.observed()))
		}
	}
	for _, name := range sortedNatural(e.Confirms) {
		for _, line := range e.Confirms[name].shown(confirms[name]) {
			lines = append(lines, fmt.Sprintf("confirms to %s: %s", name, line))
		}
	}
	return lines
}

// shown are the deliveries that have come, as far as they are named.
func (e *Deliveries) shown(came []Delivered) []string {
	var lines []string
	if e.isCounted() {
		for _, message := range sortedNatural(e.Counts) {
			lines = append(lines, fmt.Sprintf("%s: %d", message, times(message, came)))
		}
		return lines
	}
	for _, c := range e.align(came) {
		if c.got != nil {
			lines = append(lines, entryText(c.got.beside(c.want, true)))
		}
	}
	if e.Unordered {
		slices.Sort(lines)
	}
	return lines
}
