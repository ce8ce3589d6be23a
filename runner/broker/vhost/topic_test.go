package vhost

import (
	"math/rand/v2"
	"strings"
	"testing"
)

func TestTopicMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, key string
		match        bool
	}{
		{"lazy.#", "lazy", true},
		{"lazy.#", "lazybones", false},
		{"lazy.#", "lazy.a.b", true},
		{"*.#", "a", true},
		{"*.#", "", false},
		{"#", "", true},
		{"#", "a.b.c", true},
		{"", "", true},
		{"", "a", false},
		{"*", "", false},
		{"*", "a.", false},
		{"*.*", "a.", true},
		{"a.", "a.", true},
		{"a.", "a", false},
		{".", "", false},
		{".", ".", true},
		{"*.*", ".", true},
		{"#.a", "a", true},
		{"#.a", "b.a", true},
		{"#.a", "a.b", false},
		{"a.#.b", "a.b", true},
		{"a.#.b", "a.x.y.b", true},
		{"a.#.b", "a.x", false},
		{"#.x.#", "x", true},
		{"#.x.#", "a.x.b", true},
		{"#.x.#", "a.b", false},
		{"#.#", "", true},
		{"#.*", "", false},
		{"#.*", "a.b", true},
		{"*.orange.*", "quick.orange.rabbit", true},
		{"*.orange.*", "orange", false},
		{"a*", "ab", false}, // a star is a wildcard only as a word of its own
		{"jp.lg.#", "jp.lg.tokyo", true},
	} {
		if got := matchesTopic(t, c.pattern, c.key); got != c.match {
			t.Errorf("binding key %q, routing key %q: match is %t", c.pattern, c.key, got)
		}
		if got := oracle(topicWords(c.pattern), topicWords(c.key)); got != c.match {
			t.Errorf("the oracle is wrong about %q and %q", c.pattern, c.key)
		}
	}
}

func matchesTopic(t *testing.T, pattern, key string) bool {
	return len(matched(t, []string{pattern}, key)) == 1
}

// matched returns the patterns that a topic table with all of them finds.
func matched(t *testing.T, patterns []string, key string) map[string]bool {
	t.Helper()
	table := new(topicTable)
	for _, p := range patterns {
		table.add(&binding{key: p, to: destination{queue: &queue{name: p}}})
	}
	found := &targets{}
	found.reset()
	table.route(key, nil, found)
	names := make(map[string]bool)
	for _, q := range found.queues {
		if names[q.name] {
			t.Errorf("key %q finds %q twice", key, q.name)
		}
		names[q.name] = true
	}
	return names
}

// oracle is the definition of topic matching, without regard to cost.
func oracle(pattern, key []string) bool {
	switch {
	case len(pattern) == 0:
		return len(key) == 0
	case pattern[0] == "#":
		return oracle(pattern[1:], key) || len(key) > 0 && oracle(pattern, key[1:])
	case len(key) == 0:
		return false
	}
	return (pattern[0] == "*" || pattern[0] == key[0]) && oracle(pattern[1:], key[1:])
}

func topicWords(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ".")
}

// TestTopicAgainstOracle adds and removes random bindings and compares every match with the oracle's.
func TestTopicAgainstOracle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		patterns := map[string]bool{}
		for range 1 + random.IntN(8) {
			patterns[randomKey(random, []string{"a", "b", "*", "#", ""})] = true
		}
		key := randomKey(random, []string{"a", "b", "c", "", "#", "*"})
		list := make([]string, 0, len(patterns))
		for p := range patterns {
			list = append(list, p)
		}
		found := matched(t, list, key)
		for _, p := range list {
			if expected := oracle(topicWords(p), topicWords(key)); expected != found[p] {
				t.Fatalf("binding keys %q, routing key %q: %q is %t", list, key, p, found[p])
			}
		}
	}
}

func randomKey(random *rand.Rand, alphabet []string) string {
	words := make([]string, random.IntN(5))
	for i := range words {
		words[i] = alphabet[random.IntN(len(alphabet))]
	}
	return strings.Join(words, ".")
}

func TestTopicRemovePrunes(t *testing.T) {
	table := new(topicTable)
	var added []*binding
	for _, key := range []string{"a.b.c", "a.#.c", "*.b", "", "a.b"} {
		b := &binding{key: key}
		table.add(b)
		added = append(added, b)
	}
	for _, b := range added {
		table.remove(b)
	}
	if root := &table.root; !root.isLeaf() || len(root.bindings) != 0 {
		t.Errorf("the trie is not empty after all bindings are removed: %+v", root)
	}
}
