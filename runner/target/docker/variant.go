package docker

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tutor/runner/scenario"
)

// unconfigured is what an act needs beside a configuration that the target has.
func (t *Target) unconfigured(needs *scenario.Broker) *scenario.Broker {
	if needs == nil || !t.configured {
		return needs
	}
	rest := *needs
	rest.Permit = nil
	return &rest
}

// permitsAll are the versions that have no deprecated features yet.
var permitsAll = scenario.Condition{Product: "rabbitmq", Op: "<", Version: []int{3, 13}}

// variant is the target for acts that need a server which permits or denies deprecated features otherwise
// than this one does: this target, or one of the same image that is configured so.
func (t *Target) variant(ctx context.Context, needs *scenario.Broker) (*Target, error) {
	if needs == nil || t.configured {
		return t, nil
	}
	unmet, err := t.api.Unmet(ctx, needs.Permit)
	if err != nil {
		return nil, t.explain(ctx, err)
	}
	if len(unmet) == 0 {
		return t, nil
	}
	if permitsAll.Fits("rabbitmq", t.version) {
		return nil, fmt.Errorf("%v: RabbitMQ %s has no deprecated features to permit or deny", needs.Pos, t.version)
	}
	var lines strings.Builder
	for _, feature := range slices.Sorted(maps.Keys(needs.Permit)) {
		fmt.Fprintf(&lines, "deprecated_features.permit.%s = %t\n", feature, needs.Permit[feature])
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.variants[lines.String()]
	if v == nil {
		v = New(t.image, t.progress)
		v.configuration += lines.String()
		v.configured = true
		if t.variants == nil {
			t.variants = map[string]*Target{}
		}
		t.variants[lines.String()] = v
	}
	return v, nil
}
