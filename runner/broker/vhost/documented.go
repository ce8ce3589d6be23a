package vhost

import "slices"

// ArgumentGroup lists the arguments that something may have.
type ArgumentGroup struct {
	Of    string
	Names []string
}

// Arguments lists the arguments that mean something here, for the documentation.
func Arguments() []ArgumentGroup {
	var groups []ArgumentGroup
	consumers := ArgumentGroup{Of: "consumers"}
	for _, k := range kinds() {
		t := k.traits()
		queues := ArgumentGroup{Of: t.name + " queues"}
		for _, a := range t.arguments {
			queues.Names = append(queues.Names, a.name)
		}
		groups = append(groups, queues)
		for _, a := range t.consumerArguments {
			if !slices.Contains(consumers.Names, a.name) {
				consumers.Names = append(consumers.Names, a.name)
			}
		}
	}
	return append(groups, consumers,
		ArgumentGroup{Of: "exchanges", Names: []string{"alternate-exchange"}},
		ArgumentGroup{Of: "headers exchanges' bindings", Names: []string{"x-match (all, any, all-with-x, any-with-x)"}},
	)
}
