/*
 * Acts of the consent service: database, pending journal, public log, act numbers, backup, restore and recovery, with a
 * crash between any two steps. Checked by `make model`; a line `code:` names what does a step in the program.
 *
 * Two athletes. An entry is its athlete, its kind and the number of its tag; act n stands at place n - 1. What athletes
 * were told is kept in told_*: that may never be undone. The log survives every crash here: where it is lost as
 * well, a start asks the witnesses (consent.operations.outside_view).
 *
 * -DOLDER_DATABASE_STARTS puts back the fault of comparing nothing at a start and only numbering unknown entries.
 */

#define ATHLETES 2
#ifndef MOST
#define MOST 8          /* entries of the log at most */
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

Database db, next, copy;
Entry entries[MOST];
byte length, published;      /* durable entries; those that are public */
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
        next.counter[who]++; next.act = length
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

/* code: consent.recovery.unknown_acts.settle */
inline settle() {
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
    do
    :: is_up && length < MOST - ATHLETES ->
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
        fi
    :: is_up && published < length -> published = length  /* code: audit.writer.log.Log.publish */
    :: is_up && !has_copy -> take(copy, db); has_copy = true  /* a backup, or a copied file */
    :: is_up -> promises(); is_up = false
    :: !is_up && has_copy -> take(db, copy); has_copy = false; is_refused = false  /* the log is larger, and stays */
    :: !is_up && !is_refused && length > db.act + 1 ->
        /* code: consent.operations.same_moment.refuse_other_moments */
#ifdef OLDER_DATABASE_STARTS
        settle(); take(db, next); is_up = true
#else
        is_refused = true
#endif
    :: !is_up && length + ATHLETES <= MOST && (is_refused || length <= db.act + 1) ->
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
        :: take(db, next); is_refused = false; is_up = true
        fi;
        who = 0
    od
}
