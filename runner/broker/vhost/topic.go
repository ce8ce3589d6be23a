package vhost

import "strings"

// maxHashes is how many '#' a binding key of a topic exchange may have: a limit of RabbitMQ's.
const maxHashes = 2

// topicTable routes for an exchange of type topic. Binding keys are words separated by dots; '*' stands for
// exactly one word, '#' for zero or more (AMQP 0-9-1, 3.1.3.3). Words may be empty: "a." is the two words "a"
// and "", only the empty key has no word at all.
//
// The keys form a trie, so that the cost of a match depends on the words of the routing key, not on the
// number of bindings.
type topicTable struct {
	root topicNode
}

type topicNode struct {
	words    map[string]*topicNode // children by literal word
	star     *topicNode            // child for '*'
	hash     *topicNode            // child for '#'
	bindings []*binding            // those whose key ends here
}

// words is a routing or binding key of which some words have been consumed. Splitting on the fly keeps
// matching free of allocation.
type words struct {
	rest string
	done bool // no word left; rest == "" alone would mean one empty word
}

func splitWords(key string) words { return words{rest: key, done: key == ""} }

func (w words) next() (string, words) {
	word, rest, more := strings.Cut(w.rest, ".")
	return word, words{rest: rest, done: !more}
}

func (t *topicTable) add(b *binding) {
	n := &t.root
	for w := splitWords(b.key); !w.done; {
		var word string
		word, w = w.next()
		n = n.grow(word)
	}
	n.bindings = append(n.bindings, b)
}

func (n *topicNode) grow(word string) *topicNode {
	switch word {
	case "*":
		if n.star == nil {
			n.star = new(topicNode)
		}
		return n.star
	case "#":
		if n.hash == nil {
			n.hash = new(topicNode)
		}
		return n.hash
	}
	child := n.words[word]
	if child == nil {
		child = new(topicNode)
		if n.words == nil {
			n.words = make(map[string]*topicNode)
		}
		n.words[word] = child
	}
	return child
}

func (t *topicTable) remove(b *binding) { t.root.remove(splitWords(b.key), b) }

// remove takes b out of the trie below n and reports whether n is now empty, so that the caller prunes it.
func (n *topicNode) remove(w words, b *binding) (empty bool) {
	if w.done {
		n.bindings = without(n.bindings, b)
	} else {
		word, rest := w.next()
		switch word {
		case "*":
			if n.star != nil && n.star.remove(rest, b) {
				n.star = nil
			}
		case "#":
			if n.hash != nil && n.hash.remove(rest, b) {
				n.hash = nil
			}
		default:
			if child := n.words[word]; child != nil && child.remove(rest, b) {
				delete(n.words, word)
			}
		}
	}
	return len(n.bindings) == 0 && len(n.words) == 0 && n.star == nil && n.hash == nil
}

func (t *topicTable) route(key string, _ *message, found *targets) {
	t.root.match(splitWords(key), found)
}

// match adds what the words w reach from n. A target may be found several times; targets keeps it once.
func (n *topicNode) match(w words, found *targets) {
	if n.hash != nil {
		n.hash.matchTails(w, found)
	}
	if w.done {
		found.addBindings(n.bindings)
		return
	}
	word, rest := w.next()
	if n.star != nil {
		n.star.match(rest, found)
	}
	if child := n.words[word]; child != nil {
		child.match(rest, found)
	}
}

// matchTails matches every tail of w from n, the node of a '#' that has swallowed the words before the tail.
func (n *topicNode) matchTails(w words, found *targets) {
	if n.isLeaf() { // "a.#": whatever the tail, only the bindings here are reached
		found.addBindings(n.bindings)
		return
	}
	for {
		n.match(w, found)
		if w.done {
			return
		}
		_, w = w.next()
	}
}

func (n *topicNode) isLeaf() bool {
	return len(n.words) == 0 && n.star == nil && n.hash == nil
}
