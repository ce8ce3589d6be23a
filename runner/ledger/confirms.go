package ledger

import "tutor/runner/scenario"

// What the broker tells publishers of what they have published.

// told is what is kept of a publisher's messages that the broker is to confirm.
type told struct {
	// asked are those messages, and answered which of them have got their answer.
	asked             []uint32
	answered          map[uint32]bool
	confirmed, nacked []uint32
}

// KeepConfirms has what an actor is told be kept from now on, where somebody expects something of it.
func (l *Ledger) KeepConfirms(who int) {
	l.lock()
	defer l.mu.Unlock()
	if l.confirms == nil {
		l.confirms = map[int]*told{}
	}
	l.confirms[who] = &told{answered: map[uint32]bool{}}
}

// asked enters that the broker is to confirm a message.
func (l *Ledger) asked(who int, m uint32) {
	if t := l.confirms[who]; t != nil {
		t.asked = append(t.asked, m)
	}
}

// answered enters that the broker has confirmed a message, or has not taken it.
func (l *Ledger) answered(who int, m uint32, nacked bool) {
	t := l.confirms[who]
	if t == nil {
		return
	}
	t.answered[m] = true
	if nacked {
		t.nacked = append(t.nacked, m)
	} else {
		t.confirmed = append(t.confirmed, m)
	}
}

// confirmsTold are those that were kept, by the names of the actors.
func (l *Ledger) confirmsTold() map[string]scenario.ConfirmsSeen {
	if l.confirms == nil {
		return nil
	}
	all := map[string]scenario.ConfirmsSeen{}
	for who, t := range l.confirms {
		var missing []uint32
		for _, m := range t.asked {
			if !t.answered[m] {
				missing = append(missing, m)
			}
		}
		all[l.cast[who].Name] = scenario.ConfirmsSeen{Confirmed: l.texts(t.confirmed), Nacked: l.texts(t.nacked), Missing: l.texts(missing)}
	}
	return all
}

func (l *Ledger) texts(messages []uint32) []string {
	texts := make([]string, len(messages))
	for i, m := range messages {
		texts[i] = l.body(m).String()
	}
	return texts
}
