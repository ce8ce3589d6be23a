package document

import "tutor/runner/outcome"

// Delivery is what came to an actor, as the actor sees it.
type Delivery struct {
	Message     string `json:"message"`
	Redelivered bool   `json:"redelivered"`
	Exchange    string `json:"exchange"`
	RoutingKey  string `json:"routing_key"`
	ConsumerTag string `json:"consumer_tag"`
	// Headers and Properties have only those that were there.
	Headers    map[string]any `json:"headers"`
	Properties map[string]any `json:"properties"`
}

// Queue is what there was in a queue at the end of an act.
type Queue struct {
	// Exists is false where there was no such queue.
	Exists    bool `json:"exists"`
	Ready     int  `json:"ready"`
	Unacked   int  `json:"unacked"`
	Consumers int  `json:"consumers"`
	// Active is whose consumer is the single active one, "<not known>" where nothing has shown it; absent where
	// there is none.
	Active string `json:"active,omitempty"`
}

// Tries is how often a message was published: by its publisher, and again by those who had got it.
type Tries struct {
	// Message is the number of the first, as events have it, and Body its text.
	Message int    `json:"message"`
	Body    string `json:"body"`
	// Times is how often it was published in all.
	Times int `json:"times"`
	// Publisher of the first, By are those who have published it again.
	Publisher string   `json:"publisher"`
	By        []string `json:"by"`
}

func newDeliveries(books *outcome.Books) map[string][]Delivery {
	all := map[string][]Delivery{}
	for name, came := range books.Deliveries {
		all[name] = make([]Delivery, len(came))
		for i, d := range came {
			all[name][i] = Delivery(d)
		}
	}
	return all
}

func newQueues(books *outcome.Books) map[string]Queue {
	all := map[string]Queue{}
	for name, q := range books.Queues {
		all[name] = Queue(q)
	}
	return all
}
