package vhost

import (
	"fmt"
	"slices"

	"tutor/runner/wire"
)

// DeprecatedFeature is what a configuration of RabbitMQ permits or denies, with the line
// deprecated_features.permit.NAME = true or false.
type DeprecatedFeature struct {
	Name string
	// Permitted is whether vhosts permit it that are not told otherwise.
	Permitted bool
	// Use says what uses it, and Denied what happens to that where it is denied.
	Use, Denied string
}

const (
	globalQoS       = "global_qos"
	masterLocator   = "queue_master_locator"
	transientQueues = "transient_nonexcl_queues"
)

const refusedAsDeprecated = "refused with 541, which closes the connection"

// DeprecatedFeatures are those that concern AMQP 0-9-1, in order of their names.
func DeprecatedFeatures() []DeprecatedFeature {
	return []DeprecatedFeature{
		{globalQoS, false, "`basic.qos` with `global`", "taken as if the flag were not set"},
		{masterLocator, false, "the argument `x-queue-master-locator` of `queue.declare`", refusedAsDeprecated},
		{transientQueues, true, "a queue that is neither durable nor exclusive", refusedAsDeprecated},
	}
}

func deprecated(name string) DeprecatedFeature {
	all := DeprecatedFeatures()
	return all[slices.IndexFunc(all, func(f DeprecatedFeature) bool { return f.Name == name })]
}

// permits reports whether the vhost permits a deprecated feature.
func (v *VHost) permits(name string) bool {
	if permitted, told := v.opts.Permit[name]; told {
		return permitted
	}
	return deprecated(name).Permitted
}

// permitted refuses a new queue that uses a deprecated feature which the vhost denies.
func (v *VHost) permitted(m wire.QueueDeclare) error {
	if !m.Durable && !m.Exclusive && !v.permits(transientQueues) {
		return v.deniedFeature(transientQueues)
	}
	if _, present := lookup(m.Arguments, "x-queue-master-locator"); present && !v.permits(masterLocator) {
		return v.deniedFeature(masterLocator)
	}
	return nil
}

// deniedFeature words the refusal as RabbitMQ does, which has more to say than a reply text holds.
func (v *VHost) deniedFeature(name string) error {
	why := "By default, this feature is not permitted anymore.\n" +
		"The feature will be removed from a future major RabbitMQ version, regardless of the configuration; actual version to be determined.\n" +
		"To continue using this feature when it is not permitted by default, set the following parameter in your configuration:\n"
	if deprecated(name).Permitted {
		why = fmt.Sprintf("Its use is not permitted per the configuration (overriding the default, which is permitted):\n"+
			"    \"deprecated_features.permit.%s = false\"\n"+
			"Its use will not be permitted by default in a future minor RabbitMQ version", name)
	}
	return refuse(wire.InternalError, "INTERNAL_ERROR", "Feature `%s` is deprecated.\n%s", name, why)
}
