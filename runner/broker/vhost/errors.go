package vhost

import (
	"fmt"

	"tutor/runner/wire"
)

// Error is a refusal: what the broker sends in channel.close, or in connection.close when the code is a hard error.
type Error struct {
	Code wire.ReplyCode
	Text string // RabbitMQ's reply-text, complete: "NOT_FOUND - no queue ..."
	// Crash is set where RabbitMQ itself crashes: its close then does not name the method that caused it.
	Crash bool
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Text) }

// ClosesConnection reports whether the error is a hard one, which ends the connection and not only the
// channel (AMQP 0-9-1, 1.2).
func (e *Error) ClosesConnection() bool {
	switch e.Code {
	case wire.AccessRefused, wire.NotFound, wire.ResourceLocked, wire.PreconditionFailed:
		return false
	}
	return true
}

// maxReplyText is the length of a short string, in bytes; RabbitMQ ends a text that is longer with dots.
const maxReplyText = 255

// refuse makes an Error of RabbitMQ's form, "NAME - explanation".
func refuse(code wire.ReplyCode, name, format string, args ...any) *Error {
	text := name + " - " + fmt.Sprintf(format, args...)
	if len(text) > maxReplyText {
		text = text[:maxReplyText-3] + "..."
	}
	return &Error{Code: code, Text: text}
}

// crash is the refusal where RabbitMQ itself crashes.
func crash() error {
	return &Error{Code: wire.InternalError, Text: wire.InternalError.String(), Crash: true}
}

func (v *VHost) accessRefused(format string, args ...any) error {
	return refuse(wire.AccessRefused, "ACCESS_REFUSED", format, args...)
}

func (v *VHost) preconditionFailed(format string, args ...any) error {
	return refuse(wire.PreconditionFailed, "PRECONDITION_FAILED", format, args...)
}

func (v *VHost) notImplemented(format string, args ...any) error {
	return refuse(wire.NotImplemented, "NOT_IMPLEMENTED", format, args...)
}

func (v *VHost) notAllowed(format string, args ...any) error {
	return refuse(wire.NotAllowed, "NOT_ALLOWED", format, args...)
}

func (v *VHost) resourceLocked(format string, args ...any) error {
	return refuse(wire.ResourceLocked, "RESOURCE_LOCKED", format, args...)
}

// resource names a queue or an exchange in errors and permissions.
type resource struct {
	kind string // queue or exchange
	name string
}

func queueNamed(name string) resource { return resource{"queue", name} }

func exchangeNamed(name string) resource { return resource{"exchange", name} }

// describe is how RabbitMQ's texts call a resource.
func (v *VHost) describe(r resource) string {
	return fmt.Sprintf("%s '%s' in vhost '%s'", r.kind, r.name, v.name)
}

func (v *VHost) notFound(r resource) error {
	return refuse(wire.NotFound, "NOT_FOUND", "no %s", v.describe(r))
}

func (v *VHost) reservedName(kind, name string) error {
	return v.accessRefused("%s name '%s' contains reserved prefix 'amq.*'", kind, name)
}

func (v *VHost) exclusiveUse(queue string) error {
	return v.accessRefused("%s in exclusive use", v.describe(queueNamed(queue)))
}

func (v *VHost) locked(queue string) error {
	return v.resourceLocked("cannot obtain exclusive access to locked %s. It could be originally declared on another connection or the exclusive property value does not match that of the original declaration.", v.describe(queueNamed(queue)))
}

func (v *VHost) invalidArgument(name string, r resource, problem string) error {
	return v.preconditionFailed("invalid arg '%s' for %s: %s", name, v.describe(r), problem)
}

func (v *VHost) invalidArgumentType(name string, value any, r resource) error {
	return v.preconditionFailed("invalid type '%s' for arg '%s' in %s", typeName(value), name, v.describe(r))
}

// inequivalent refuses a redeclaration in which one property differs.
func (v *VHost) inequivalent(property string, r resource, received, current string) error {
	return v.preconditionFailed("inequivalent arg '%s' for %s: received %s but current is %s", property, v.describe(r), received, current)
}

func (v *VHost) inequivalentFlag(property string, r resource, received bool) error {
	return v.inequivalent(property, r, fmt.Sprintf("'%t'", received), fmt.Sprintf("'%t'", !received))
}

func quoted(s string) string { return "'" + s + "'" }

// allow refuses what the user lacks permission for. RabbitMQ calls the default exchange amq.default here.
func (v *VHost) allow(u User, p Permission, r resource) error {
	if r.kind == "exchange" && r.name == "" {
		r.name = "amq.default"
	}
	if u.Allowed == nil || u.Allowed(p, r.name) {
		return nil
	}
	return v.accessRefused("%s access to %s refused for user '%s'", p, v.describe(r), u.Name)
}

// allowAny is for passive declarations: any permission will do, and the text names the one tried last.
func (v *VHost) allowAny(u User, r resource) error {
	if v.allow(u, Read, r) == nil || v.allow(u, Write, r) == nil {
		return nil
	}
	return v.allow(u, Configure, r)
}
