import { type Answer, notFound } from '../http.ts';
import { iso } from '../lookup.ts';
import type { Call, Route } from '../router.ts';
import type { Delivery } from '../types.ts';
import { later, send } from '../webhooks.ts';
import { one } from './common.ts';

function item(delivery: Delivery) {
  return {
    id: delivery.id,
    guid: delivery.guid,
    delivered_at: iso(delivery.at),
    redelivery: delivery.redelivery,
    duration: delivery.duration,
    status: delivery.status,
    status_code: delivery.statusCode,
    event: delivery.event,
    action: delivery.action,
    installation_id: delivery.installationId,
    repository_id: delivery.repositoryId,
    throttled_at: null,
  };
}

/** Newest first, older ones behind a cursor in the Link header. */
function list(call: Call): Answer {
  const size = Math.min(100, Number(one(call, 'per_page') ?? 30));
  const before = Number(one(call, 'cursor') ?? Number.POSITIVE_INFINITY);
  const wanted = one(call, 'status');
  const all = call.context.state.deliveries
    .filter((delivery) => delivery.id < before)
    .filter((delivery) => wanted === undefined || (wanted === 'success') === isSuccess(delivery))
    .sort((a, b) => b.id - a.id);
  const shown = all.slice(0, size);
  const url = new URL(call.url);
  url.searchParams.set('cursor', String(shown.at(-1)?.id ?? 0));
  const more = all.length > size ? { headers: { link: `<${url.href}>; rel="next"` } } : {};
  return { status: 200, body: shown.map(item), ...more };
}

function isSuccess(delivery: Delivery): boolean {
  return delivery.statusCode >= 200 && delivery.statusCode < 300;
}

function deliveryOf(call: Call): Delivery {
  const found = call.context.state.deliveries.find((delivery) => delivery.id === Number(call.path.delivery_id));
  if (found === undefined) throw notFound();
  return found;
}

function get(call: Call): Answer {
  const delivery = deliveryOf(call);
  const request = {
    headers: { 'X-GitHub-Delivery': delivery.guid, 'X-GitHub-Event': delivery.event },
    payload: delivery.payload,
  };
  return { status: 200, body: { ...item(delivery), request, response: { headers: null, payload: null } } };
}

/** The webhooks that were sent, and sending one again under its own GUID. */
export const deliveryRoutes: readonly Route[] = [
  { route: 'GET /app/hook/deliveries', needs: 'jwt', answer: list },
  { route: 'GET /app/hook/deliveries/{delivery_id}', needs: 'jwt', answer: get },
  {
    route: 'POST /app/hook/deliveries/{delivery_id}/attempts',
    needs: 'jwt',
    answer: (call) => {
      // Asked for, not waited for: the receiver may be the one who asks.
      later(call.context, send(call.context, { ...deliveryOf(call), redelivery: true }));
      return { status: 202, body: {} };
    },
  },
];
