package verdict

import (
	"maps"
	"slices"
)

func (j judge) deliveries() {
	for _, member := range j.act.Act.Cast {
		want := j.act.Expected.Deliveries[member.Name()]
		if want == nil {
			continue
		}
		if diff := want.Diff(j.act.Books.Deliveries[member.Name()]); diff != nil {
			j.mismatch(want.Pos, "deliveries to "+member.Name(), diff)
		}
	}
}

func (j judge) deaths() {
	expected, ways := j.act.Expected.Deaths, j.act.Books.DeathsOf(j.act.Expected)
	for _, body := range slices.Sorted(maps.Keys(expected)) {
		if diff := expected[body].Diff(ways[body]); diff != nil {
			j.mismatch(expected[body].Pos, "deaths of "+body, diff)
		}
	}
}

func (j judge) queues() {
	for _, name := range slices.Sorted(maps.Keys(j.act.Expected.Queues)) {
		want := j.act.Expected.Queues[name]
		if diff := want.Diff(j.act.Books.Queues[name]); diff != nil {
			j.mismatch(want.Pos, "queue "+name, diff)
		}
	}
}

func (j judge) confirms() {
	for _, member := range j.act.Act.Cast {
		want := j.act.Expected.Confirms[member.Name()]
		if want == nil {
			continue
		}
		if diff := want.Diff(j.act.Books.Confirms[member.Name()]); diff != nil {
			j.mismatch(want.Pos, "confirms to "+member.Name(), diff)
		}
	}
}
