package byhand

import (
	"encoding/json"
	"fmt"
	"strconv"

	"tutor/runner/scenario"
)

// before is what has to be there before the cast starts, as command lines of rabbitmqadmin, in their order. The
// policies come first: they count for what is declared after them.
func before(t *scenario.Topology) (lines []string) {
	for _, p := range t.Policies {
		to := string(p.ApplyTo)
		if to == "" {
			to = string(scenario.ApplyToAll)
		}
		lines = append(lines, admin("policy", "name="+p.Name, "pattern="+p.Pattern, "apply-to="+to,
			"priority="+strconv.Itoa(p.Priority), "definition="+asJSON(p.Definition)))
	}
	for _, e := range t.Exchanges {
		kind := e.Type
		if kind == "" {
			kind = scenario.Direct
		}
		lines = append(lines, admin("exchange", append([]string{"name=" + e.Name, "type=" + string(kind), fmt.Sprintf("durable=%v", e.IsDurable()),
			fmt.Sprintf("auto_delete=%v", e.AutoDelete), fmt.Sprintf("internal=%v", e.Internal)}, arguments(e.Arguments)...)...))
	}
	for _, q := range t.Queues {
		lines = append(lines, admin("queue", append([]string{"name=" + q.Name, fmt.Sprintf("durable=%v", q.IsDurable()),
			fmt.Sprintf("auto_delete=%v", q.AutoDelete)}, arguments(q.Arguments)...)...))
	}
	for _, e := range t.Exchanges {
		lines = append(lines, bindings("exchange", e.Name, e.Bind)...)
	}
	for _, q := range t.Queues {
		lines = append(lines, bindings("queue", q.Name, q.Bind)...)
	}
	return lines
}

func bindings(kind, name string, all []*scenario.TopologyBinding) (lines []string) {
	for _, b := range all {
		lines = append(lines, admin("binding", append([]string{"source=" + b.From, "destination=" + name, "destination_type=" + kind,
			"routing_key=" + b.Key}, arguments(b.Arguments)...)...))
	}
	return lines
}

func admin(what string, settings ...string) string {
	return join(append([]string{"rabbitmqadmin", "declare", what}, settings...))
}

func arguments(a scenario.Arguments) []string {
	if len(a) == 0 {
		return nil
	}
	return []string{"arguments=" + asJSON(a)}
}

func asJSON(a scenario.Arguments) string {
	text, err := json.Marshal(map[string]any(a))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
