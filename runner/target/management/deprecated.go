package management

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"tutor/runner/scenario"
)

// Unmet lists the deprecated features that the broker does not permit, or deny, as an act asks for it.
// Where the API cannot tell, which it can since 4.1, they are permitted: that is the default there.
func (a *API) Unmet(ctx context.Context, permit map[scenario.Feature]bool) ([]scenario.Feature, error) {
	if len(permit) == 0 {
		return nil, nil
	}
	denied, err := a.denied(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking the management API at %s which features are permitted: %w", a.url, err)
	}
	var unmet []scenario.Feature
	for feature, permitted := range permit {
		if permitted == slices.Contains(denied, feature) {
			unmet = append(unmet, feature)
		}
	}
	slices.Sort(unmet)
	return unmet, nil
}

// denied lists the deprecated features that the broker denies.
func (a *API) denied(ctx context.Context) ([]scenario.Feature, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/api/deprecated-features", nil)
	if err != nil {
		return nil, err
	}
	r.SetBasicAuth(a.user, a.password)
	answer, err := a.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("the management API answers %s", answer.Status)
	}
	var all []struct {
		Name  scenario.Feature `json:"name"`
		State string           `json:"state"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&all); err != nil {
		return nil, err
	}
	var denied []scenario.Feature
	for _, f := range all {
		if f.State == "denied" {
			denied = append(denied, f.Name)
		}
	}
	return denied, nil
}

// met is an error that says what an act needs if the broker does not permit and deny what it asks for.
func (a *API) met(ctx context.Context, needs *scenario.Broker) error {
	unmet, err := a.Unmet(ctx, needs.Permit)
	if err != nil || len(unmet) == 0 {
		return err
	}
	verb := "deny"
	if needs.Permit[unmet[0]] {
		verb = "permit"
	}
	return fmt.Errorf("%v: the act needs a broker that is configured to %s %s (deprecated_features.permit.%s = %t)",
		needs.Pos, verb, unmet[0], unmet[0], needs.Permit[unmet[0]])
}
