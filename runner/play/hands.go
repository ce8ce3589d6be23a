package play

import (
	"time"

	"tutor/runner/tap"
	"tutor/runner/wire"
)

// hands are the deliveries that a consumer has and did not answer, as far as the broker's patience is
// concerned: since when it has the oldest. Delivery tags count up, and actors consume on one channel only.
type hands struct {
	// last is the highest tag that was delivered, and answered the highest up to which all are answered.
	last, answered uint64
	// ahead are the tags beyond it that are answered.
	ahead map[uint64]bool
	// arrivals are the first tags of each moment at which anything arrived.
	arrivals []arrival
}

type arrival struct {
	tag uint64
	at  time.Duration
}

func (h *hands) observe(e tap.Event, now time.Duration) {
	switch m := e.Method.(type) {
	case nil:
		*h = hands{}
	case *wire.BasicDeliver:
		h.last = m.DeliveryTag
		if n := len(h.arrivals); n == 0 || h.arrivals[n-1].at != now {
			h.arrivals = append(h.arrivals, arrival{m.DeliveryTag, now})
			h.forget()
		}
	case *wire.BasicAck:
		h.answer(e.ToBroker, m.DeliveryTag, m.Multiple)
	case *wire.BasicNack:
		h.answer(e.ToBroker, m.DeliveryTag, m.Multiple)
	case *wire.BasicReject:
		h.answer(e.ToBroker, m.DeliveryTag, false)
	case *wire.ChannelClose, *wire.ConnectionClose:
		*h = hands{}
	}
}

func (h *hands) answer(toBroker bool, tag uint64, multiple bool) {
	switch {
	case !toBroker: // a confirm
		return
	case multiple && tag == 0:
		h.answered = h.last
	case multiple:
		h.answered = max(h.answered, tag)
	default:
		if h.ahead == nil {
			h.ahead = map[uint64]bool{}
		}
		h.ahead[tag] = true
	}
	for h.ahead[h.answered+1] {
		h.answered++
		delete(h.ahead, h.answered)
	}
	h.forget()
}

// forget forgets when those arrived that are answered.
func (h *hands) forget() {
	for len(h.arrivals) > 1 && h.arrivals[1].tag <= h.answered+1 {
		h.arrivals = h.arrivals[1:]
	}
}

// oldest is since when the consumer has its oldest delivery, if it has any.
func (h *hands) oldest() (since time.Duration, any bool) {
	if h.answered >= h.last {
		return 0, false
	}
	return h.arrivals[0].at, true
}
