package brokertest

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"tutor/runner/broker"
	"tutor/runner/broker/vhost"
	"tutor/runner/wire"
)

// Option is what a vhost begins with.
type Option func(*settings)

type settings struct {
	wallClock bool
	limits    broker.Limits
	// declarations are made in the order in which they were asked for.
	declarations []declaration
	// wrong are options that cannot be had.
	wrong []error
}

// declaration declares something in the vhost that a broker is seen from.
type declaration func(*Broker) error

// WithWallClock has time pass by itself: nothing can be advanced.
func WithWallClock() Option { return func(s *settings) { s.wallClock = true } }

// WithQueue declares a durable queue. Arguments are as for queue.declare; [amqp091.Table] fits.
//
// [amqp091.Table]: https://pkg.go.dev/github.com/rabbitmq/amqp091-go#Table
func WithQueue(name string, arguments map[string]any) Option {
	return with(func(ch *vhost.Channel) error {
		args, err := table(arguments)
		if err == nil {
			_, err = ch.QueueDeclare(wire.QueueDeclare{Queue: name, Durable: true, Arguments: args})
		}
		return wrap(err, "declaring queue %q", name)
	})
}

// WithExchange declares a durable exchange of a type: direct, fanout, topic or headers.
func WithExchange(name, kind string, arguments map[string]any) Option {
	return with(func(ch *vhost.Channel) error {
		args, err := table(arguments)
		if err == nil {
			err = ch.ExchangeDeclare(wire.ExchangeDeclare{Exchange: name, Type: kind, Durable: true, Arguments: args})
		}
		return wrap(err, "declaring exchange %q", name)
	})
}

// WithBinding binds a queue to an exchange.
func WithBinding(exchange, key, queue string, arguments map[string]any) Option {
	return with(func(ch *vhost.Channel) error {
		args, err := table(arguments)
		if err == nil {
			err = ch.QueueBind(wire.QueueBind{Exchange: exchange, RoutingKey: key, Queue: queue, Arguments: args})
		}
		return wrap(err, "binding queue %q to exchange %q", queue, exchange)
	})
}

// with has something declared as a client would.
func with(declare func(*vhost.Channel) error) Option {
	return func(s *settings) {
		s.declarations = append(s.declarations, func(b *Broker) error {
			conn := b.vhost.Connect(vhost.User{Name: user})
			defer conn.Close()
			return declare(conn.Open(nobody{}))
		})
	}
}

func wrap(err error, doing string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(doing+": %w", append(args, err)...)
}

// declare declares what was asked for.
func (s *settings) declare(b *Broker) error {
	for _, d := range s.declarations {
		if err := d(b); err != nil {
			return err
		}
	}
	return nil
}

// nobody is a client who is sent nothing, as it only declares.
type nobody struct{}

func (nobody) Deliver(*wire.BasicDeliver, vhost.Content) bool { return true }
func (nobody) Return(*wire.BasicReturn, vhost.Content)        {}
func (nobody) Cancel(string)                                  {}

// table makes arguments what they are on the wire.
func table(arguments map[string]any) (wire.Table, error) {
	var t wire.Table
	for _, name := range slices.Sorted(maps.Keys(arguments)) {
		v, err := value(arguments[name])
		if err != nil {
			return nil, fmt.Errorf("argument %s: %w", name, err)
		}
		t = append(t, wire.Field{Name: name, Value: v})
	}
	return t, nil
}

// value makes one value what it is on the wire.
func value(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int8, uint8, int16, uint16, int32, uint32, int64, float32, float64, string, []byte, time.Time:
		return v, nil
	case int:
		return int64(v), nil
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Slice:
		list := make([]any, r.Len())
		for i := range list {
			var err error
			if list[i], err = value(r.Index(i).Interface()); err != nil {
				return nil, err
			}
		}
		return list, nil
	case reflect.Map:
		if to := reflect.TypeFor[map[string]any](); r.CanConvert(to) {
			return table(r.Convert(to).Interface().(map[string]any))
		}
	}
	return nil, fmt.Errorf("a table cannot hold a value of type %T", v)
}
