/*
 * Acts of the consent service: database, pending journal, public log, act numbers, backup, restore and recovery, with a
 * crash between any two steps. Checked by `make model`; a line `code:` names what does a step in the program.
 *
 * Two athletes. An entry is its athlete, its kind and the number of its tag; act n stands at place n - 1. What athletes
 * were told is kept in told_*: that may never be undone. The public log survives every crash here: where it is lost as
 * well, a start asks the witnesses (consent.operations.outside_view). Its private state, with what waits in it, can be
 * lost while somebody else knows of all that was acknowledged: the database, or what is public.
 *
 * Faults put back: -DOLDER_DATABASE_STARTS compares nothing at a start and only numbers unknown entries;
 * -DSTATE_IS_NOT_MADE_AGAIN recovers without the numbers and entries that a lost private state held;
 * -DRESTORE_FORGETS replaces a database that knows more than log and backup.
 */

#define ATHLETES 2
#ifndef MOST
#define MOST 7          /* entries of the log at most */
#endif

mtype = { GIVE, WITHDRAW, SPEND, FREEZE, CONFIRM };

typedef Database {
    bool granted[ATHLETES];
    bool frozen[ATHLETES];
    byte spent[ATHLETES];
    byte counter[ATHLETES];  /* number of the next tag */
    byte act                 /* consent.storage.rows.LogProgressRow.act */
};

typedef Entry { byte athlete; mtype kind; byte tag };

Database db, next, copy, nothing;
Entry entries[MOST];
byte length, published;      /* durable entries; those that are public */
byte log_act;                /* audit.writer.log.Log.act */
bool has_state = true;       /* audit.writer.log.Log.is_state_missing */
bool is_up, has_copy, is_refused;
bool marked[ATHLETES];
byte place;

bool told_ended[ATHLETES];
byte told_spent[ATHLETES], told_length;

inline take(target, source) {
    d_step {
        place = 0;
        do
        :: place < ATHLETES ->
            target.granted[place] = source.granted[place]; target.frozen[place] = source.frozen[place];
            target.spent[place] = source.spent[place];     target.counter[place] = source.counter[place];
            place++
        :: else -> break
        od;
        target.act = source.act; place = 0
    }
}

/* What no step reads any more is cleared, so that states which differ in nothing else are one. */
inline forget() {
    d_step {
        who = 0; what = GIVE; marked[0] = false; marked[1] = false; place = length;
        if :: place < db.act -> place = db.act :: else -> skip fi;
        if :: has_copy && place < copy.act -> place = copy.act :: else -> skip fi;
        do
        :: place < MOST -> entries[place].athlete = 0; entries[place].kind = 0; entries[place].tag = 0; place++
        :: else -> break
        od;
        place = 0
    }
    take(next, nothing);
    if :: has_copy -> skip :: else -> take(copy, nothing) fi
}

/* code: audit.writer.log.Log.append_many */
inline append_many(who, what) {
    d_step {
        place = 0;
        do
        :: place < length ->
            assert(!(entries[place].athlete == who && entries[place].tag == next.counter[who]));  /* no tag twice */
            place++
        :: else -> break
        od;
        place = 0;
        entries[length].athlete = who; entries[length].kind = what; entries[length].tag = next.counter[who];
        length++;
        next.counter[who]++; next.act = length; log_act = length
    }
}

inline apply(who, what) {
    if
    :: what == GIVE -> next.granted[who] = true
    :: what == WITHDRAW -> next.granted[who] = false
    :: what == SPEND -> next.spent[who]++
    :: what == FREEZE -> next.granted[who] = false; next.frozen[who] = true
    :: what == CONFIRM -> next.frozen[who] = false
    fi
}

/* Whatever the service answers, it answers in a state in which these hold. */
inline promises() {
    d_step {
        place = 0;
        do
        :: place < ATHLETES ->
            assert(!told_ended[place] || !db.granted[place] || db.frozen[place]);    /* nothing ended is active again */
            assert(db.spent[place] >= told_spent[place]);                           /* nothing spent comes back */
            place++
        :: else -> break
        od;
        assert(length >= told_length);                                              /* nothing acknowledged is lost */
        place = 0
    }
}

/* code: consent.storage.reconcile.reconcile */
inline write_again() {
    d_step {
#ifndef STATE_IS_NOT_MADE_AGAIN
        if
        :: length < db.act -> length = db.act  /* what waited stands in the database as well */
        :: else -> skip
        fi
#else
        skip
#endif
    }
}

/* code: audit.writer.log.Log.note_act */
inline note_act() {
    d_step {
#ifndef STATE_IS_NOT_MADE_AGAIN
        log_act = length;
#endif
        has_state = true
    }
}

/* code: consent.recovery.unknown_acts.settle */
inline settle() {
    write_again();
    take(next, db);
    d_step {
        marked[0] = false; marked[1] = false; place = db.act;
        do
        :: place < length ->
            next.counter[entries[place].athlete] = entries[place].tag + 1;
            if
#ifdef OLDER_DATABASE_STARTS
            :: true -> skip
#else
            :: entries[place].kind == SPEND -> next.spent[entries[place].athlete]++
            :: else -> marked[entries[place].athlete] = true
#endif
            fi;
            place++
        :: else -> break
        od;
        next.act = length; place = 0
    }
}

active proctype service() {
    byte who;
    mtype what;
    is_up = true;
    do  /* a step with its crash is one state: nobody else takes part */
    :: atomic { is_up && length < MOST - ATHLETES ->
        /* code: consent.storage.transaction.Transactions.write */
        promises();
        if :: who = 0 :: who = 1 fi;
        if
        :: !db.frozen[who] -> what = GIVE
        :: db.granted[who] -> what = WITHDRAW
        :: db.granted[who] && !db.frozen[who] -> what = SPEND
        :: db.frozen[who] -> what = CONFIRM
        fi;
        take(next, db);
        append_many(who, what);
        if :: what == GIVE -> told_ended[who] = false :: else -> skip fi;
        if
        :: is_up = false  /* a crash between append and commit */
        :: d_step { apply(who, what) }; take(db, next);
            if
            :: is_up = false  /* a crash between commit and answer */
            :: d_step {
                told_length = length;
                if
                :: what == WITHDRAW -> told_ended[who] = true
                :: what == SPEND -> told_spent[who]++
                :: else -> skip
                fi
               }
            fi
        fi;
        forget()
       }
    :: atomic { is_up && published < length -> published = length  /* code: audit.writer.log.Log.publish */
       }
    :: atomic { is_up && !has_copy -> take(copy, db); has_copy = true  /* a backup, or a copied file */
       }
    :: atomic { is_up -> promises(); is_up = false
       }
    :: atomic { !is_up && has_state && told_length <= published ->  /* all that was acknowledged is public */
        d_step { length = published; log_act = 0; has_state = false; is_refused = false };
        forget()
       }
    :: atomic { !is_up && has_state && told_length <= db.act && db.act <= length ->  /* or stands in the database */
        d_step { length = published; log_act = 0; has_state = false; is_refused = false };
        forget()
       }
    :: atomic { !is_up && has_copy && (db.act <= log_act || db.act <= copy.act
#ifdef RESTORE_FORGETS
        || true
#endif
        ) ->
        /* code: consent.backup.put_back.put_back */
        take(db, copy); has_copy = false; is_refused = false; forget()  /* the log is larger, and stays */
       }
    :: atomic { !is_up && !is_refused && (length > db.act + 1 || !has_state || log_act < db.act) ->
        /* code: consent.operations.same_moment.refuse_other_moments */
#ifdef OLDER_DATABASE_STARTS
        settle(); take(db, next); is_up = true
#else
        is_refused = true
#endif
       }
    :: atomic { !is_up && length + ATHLETES <= MOST && (is_refused || (length <= db.act + 1 && has_state && log_act >= db.act)) ->
        /* code: consent.storage.transaction.Transactions.adopt */
        settle();
        who = 0;
        do
        :: who < ATHLETES && marked[who] ->
            if
            :: !next.frozen[who] -> append_many(who, FREEZE)
            :: else -> skip
            fi;
            d_step { apply(who, FREEZE) };
            who++
        :: who < ATHLETES && !marked[who] -> who++
        :: who == ATHLETES -> break
        od;
        if
        :: skip           /* a crash between append and commit */
        :: take(db, next);
            if
            :: skip       /* a crash before the private state is made again */
            :: note_act();
                assert(log_act >= db.act && length <= db.act + 1);  /* what is recovered is no more refused */
                is_refused = false; is_up = true
            fi
        fi;
        forget()
       }
    od
}
