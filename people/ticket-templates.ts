import { ticketTemplateIds, type TicketLanguage, type TicketTemplateId } from '../model/tickets.ts'

interface Template {
  title: string
  text: Record<TicketLanguage, string>
}

/** Answers to customers. They promise nothing uncertain, and blame nobody. */
export const ticketTemplates: Record<TicketTemplateId, Template> = {
  'known-problem': {
    title: 'Known problem',
    text: {
      en: 'Thank you for telling us, and sorry for the trouble. Several customers see the same problem, and we are working on it. Our status page says how it stands.',
      de: 'Danke für Ihre Nachricht, und entschuldigen Sie die Umstände. Mehrere Kunden haben dasselbe Problem, und wir arbeiten daran. Unsere Statusseite zeigt den aktuellen Stand.',
      fr: 'Merci de nous avoir prévenus, et désolés pour la gêne. Plusieurs clients rencontrent le même problème, et nous y travaillons. Notre page d’état indique où nous en sommes.',
      es: 'Gracias por avisarnos y disculpe las molestias. Varios clientes tienen el mismo problema y estamos trabajando en ello. Nuestra página de estado muestra la situación actual.',
    },
  },
  'looking-into-it': {
    title: 'We are looking into it',
    text: {
      en: 'Thank you for telling us. We are looking into what you saw, and will write to you again when we know more.',
      de: 'Danke für Ihre Nachricht. Wir prüfen, was Sie gesehen haben, und schreiben Ihnen wieder, sobald wir mehr wissen.',
      fr: 'Merci de nous avoir prévenus. Nous examinons ce que vous avez vu, et nous vous écrirons dès que nous en saurons plus.',
      es: 'Gracias por avisarnos. Estamos revisando lo que vio y le escribiremos cuando sepamos más.',
    },
  },
  'works-again': {
    title: 'It works again',
    text: {
      en: 'Thank you for your patience. The problem that you saw should be over. Please try again, and write to us if it is not.',
      de: 'Danke für Ihre Geduld. Das Problem sollte behoben sein. Bitte versuchen Sie es noch einmal, und schreiben Sie uns, wenn es noch besteht.',
      fr: 'Merci de votre patience. Le problème devrait être résolu. Veuillez réessayer, et écrivez-nous s’il persiste.',
      es: 'Gracias por su paciencia. El problema debería estar resuelto. Vuelva a intentarlo y escríbanos si continúa.',
    },
  },
  'checking-the-price': {
    title: 'We are checking the price',
    text: {
      en: 'Thank you for telling us. We are checking which price is right and what you were charged, and will write to you with the result.',
      de: 'Danke für Ihre Nachricht. Wir prüfen, welcher Preis stimmt und was Ihnen berechnet wurde, und schreiben Ihnen das Ergebnis.',
      fr: 'Merci de nous avoir prévenus. Nous vérifions quel prix est le bon et ce qui vous a été facturé, et nous vous écrirons le résultat.',
      es: 'Gracias por avisarnos. Estamos comprobando qué precio es el correcto y qué se le ha cobrado, y le escribiremos con el resultado.',
    },
  },
  'checking-the-order': {
    title: 'We are checking the order',
    text: {
      en: 'Thank you for telling us. We are checking whether we have your order and whether your card was charged. Please do not order again until you hear from us.',
      de: 'Danke für Ihre Nachricht. Wir prüfen, ob Ihre Bestellung angekommen ist und ob Ihre Karte belastet wurde. Bitte bestellen Sie nicht noch einmal, bis Sie von uns hören.',
      fr: 'Merci de nous avoir prévenus. Nous vérifions si nous avons reçu votre commande et si votre carte a été débitée. Merci de ne pas commander de nouveau avant notre réponse.',
      es: 'Gracias por avisarnos. Estamos comprobando si tenemos su pedido y si se ha cobrado en su tarjeta. Por favor, no vuelva a hacer el pedido hasta que le escribamos.',
    },
  },
}

/** All of them, in English, for the form. */
export const offeredTemplates = ticketTemplateIds.map((id) => ({ id, title: ticketTemplates[id].title, text: ticketTemplates[id].text.en }))
