import type { TicketKind, TicketLanguage, TwoPrices } from '../model/tickets.ts'

type Wording = Record<TicketLanguage, string>

/** Customers' texts. They know what they saw, and nothing about the shop behind it. */
export const ticketWords: Record<TicketKind, readonly [Wording, ...Wording[]]> = {
  'page-slow': [
    {
      en: 'Your website is very slow today. Every page takes a long time to open.',
      de: 'Ihre Seite ist heute sehr langsam. Jede Seite braucht lange, bis sie erscheint.',
      fr: 'Votre site est très lent aujourd’hui. Chaque page met longtemps à s’afficher.',
      es: 'Su página va muy lenta hoy. Cada página tarda mucho en abrirse.',
    },
    {
      en: 'I wanted to look around your shop, but I mostly looked at a white page.',
      de: 'Ich wollte mich in Ihrem Shop umsehen, habe aber meistens nur eine weiße Seite gesehen.',
      fr: 'Je voulais regarder vos articles, mais j’ai surtout vu une page blanche.',
      es: 'Quería mirar su tienda, pero casi todo el tiempo vi una página en blanco.',
    },
    {
      en: 'Is it my internet connection, or is your shop slow? Other websites are fine.',
      de: 'Liegt es an meiner Internetverbindung, oder ist Ihr Shop langsam? Andere Seiten laufen normal.',
      fr: 'Est-ce ma connexion, ou votre boutique est-elle lente ? Les autres sites marchent bien.',
      es: '¿Es mi conexión a internet o su tienda va lenta? Las demás páginas van bien.',
    },
    {
      en: 'I had to wait again and again while browsing. Normally your shop is quick.',
      de: 'Beim Stöbern musste ich immer wieder warten. Normalerweise ist Ihr Shop schnell.',
      fr: 'J’ai dû attendre sans arrêt en parcourant la boutique. D’habitude, elle est rapide.',
      es: 'Tuve que esperar una y otra vez al navegar. Normalmente su tienda es rápida.',
    },
  ],
  'page-error': [
    {
      en: 'I only get an error message instead of the page.',
      de: 'Statt der Seite bekomme ich nur eine Fehlermeldung.',
      fr: 'Au lieu de la page, je ne vois qu’un message d’erreur.',
      es: 'En vez de la página solo me sale un mensaje de error.',
    },
    {
      en: 'Your shop says that something went wrong. What should I do?',
      de: 'Ihr Shop meldet, dass etwas schiefgegangen ist. Was soll ich tun?',
      fr: 'Votre boutique m’indique qu’une erreur s’est produite. Que dois-je faire ?',
      es: 'Su tienda dice que algo ha salido mal. ¿Qué debo hacer?',
    },
    {
      en: 'I cannot open what I was looking for. There is just an error.',
      de: 'Ich kann nicht öffnen, was ich suche. Es kommt nur ein Fehler.',
      fr: 'Je n’arrive pas à ouvrir ce que je cherche. Il n’y a qu’une erreur.',
      es: 'No puedo abrir lo que buscaba. Solo aparece un error.',
    },
    {
      en: 'Is your shop closed? The page does not work for me.',
      de: 'Ist Ihr Shop geschlossen? Die Seite funktioniert bei mir nicht.',
      fr: 'Votre boutique est-elle fermée ? La page ne fonctionne pas chez moi.',
      es: '¿Está cerrada su tienda? La página no me funciona.',
    },
  ],
  'order-slow': [
    {
      en: 'After I pressed “Buy”, nothing happened for a long time. Should I be worried?',
      de: 'Nachdem ich auf „Kaufen“ gedrückt hatte, passierte lange nichts. Muss ich mir Sorgen machen?',
      fr: 'Après avoir cliqué sur « Acheter », j’ai attendu longtemps. Dois-je m’inquiéter ?',
      es: 'Después de pulsar «Comprar» no pasó nada durante mucho tiempo. ¿Debo preocuparme?',
    },
    {
      en: 'Paying took so long that I nearly closed the window.',
      de: 'Das Bezahlen hat so lange gedauert, dass ich das Fenster fast geschlossen hätte.',
      fr: 'Le paiement a pris tant de temps que j’ai failli fermer la fenêtre.',
      es: 'El pago tardó tanto que estuve a punto de cerrar la ventana.',
    },
    {
      en: 'Why does it take so long to place an order with you today?',
      de: 'Warum dauert eine Bestellung bei Ihnen heute so lange?',
      fr: 'Pourquoi est-ce si long de commander chez vous aujourd’hui ?',
      es: '¿Por qué se tarda tanto hoy en hacer un pedido?',
    },
    {
      en: 'The little wheel kept turning when I ordered. I hope that I have not bought it twice.',
      de: 'Beim Bestellen drehte sich das Rädchen ewig. Ich hoffe, dass ich nicht doppelt gekauft habe.',
      fr: 'La petite roue n’arrêtait pas de tourner pendant ma commande. J’espère ne pas avoir acheté deux fois.',
      es: 'La ruedecita no paraba de girar al hacer el pedido. Espero no haber comprado dos veces.',
    },
  ],
  'order-error': [
    {
      en: 'I tried to order and got an error. Was my card charged?',
      de: 'Ich wollte bestellen und bekam einen Fehler. Wurde meine Karte belastet?',
      fr: 'J’ai voulu commander et j’ai eu une erreur. Ma carte a-t-elle été débitée ?',
      es: 'Intenté hacer un pedido y me salió un error. ¿Me han cobrado en la tarjeta?',
    },
    {
      en: 'I cannot buy anything. The last step always fails.',
      de: 'Ich kann nichts kaufen. Der letzte Schritt schlägt immer fehl.',
      fr: 'Je ne peux rien acheter. La dernière étape échoue toujours.',
      es: 'No puedo comprar nada. El último paso siempre falla.',
    },
    {
      en: 'There was an error when I ordered. Do you have my order or not?',
      de: 'Beim Bestellen gab es einen Fehler. Haben Sie meine Bestellung bekommen oder nicht?',
      fr: 'Il y a eu une erreur pendant ma commande. L’avez-vous reçue ou non ?',
      es: 'Hubo un error al hacer el pedido. ¿Lo han recibido o no?',
    },
    {
      en: 'My cart is full, my card is fine, and your shop does not let me pay.',
      de: 'Mein Warenkorb ist voll, meine Karte ist in Ordnung, und Ihr Shop lässt mich nicht bezahlen.',
      fr: 'Mon panier est plein, ma carte est valable, et votre boutique ne me laisse pas payer.',
      es: 'Mi carrito está lleno, mi tarjeta está bien y su tienda no me deja pagar.',
    },
  ],
  'no-answer': [
    {
      en: 'I waited and waited, and nothing came. I have given up for now.',
      de: 'Ich habe gewartet und gewartet, und es kam nichts. Ich habe erst einmal aufgegeben.',
      fr: 'J’ai attendu longtemps, et rien n’est venu. J’ai abandonné pour l’instant.',
      es: 'Esperé y esperé, y no llegó nada. De momento me he rendido.',
    },
    {
      en: 'Your shop does not respond at all for me.',
      de: 'Ihr Shop reagiert bei mir überhaupt nicht.',
      fr: 'Votre boutique ne répond pas du tout chez moi.',
      es: 'Su tienda no me responde en absoluto.',
    },
    {
      en: 'The page kept loading until my browser gave up.',
      de: 'Die Seite hat geladen, bis mein Browser aufgegeben hat.',
      fr: 'La page a chargé jusqu’à ce que mon navigateur abandonne.',
      es: 'La página estuvo cargando hasta que mi navegador se rindió.',
    },
    {
      en: 'Nothing loads any more. Is it just me?',
      de: 'Es lädt nichts mehr. Geht das nur mir so?',
      fr: 'Plus rien ne se charge. Suis-je le seul ?',
      es: 'Ya no carga nada. ¿Me pasa solo a mí?',
    },
  ],
  price: [
    {
      en: 'The price in my cart is not the one that I saw in the shop. Which one is right?',
      de: 'Der Preis im Warenkorb ist nicht der, den ich im Shop gesehen habe. Welcher stimmt?',
      fr: 'Le prix dans mon panier n’est pas celui que j’ai vu dans la boutique. Lequel est le bon ?',
      es: 'El precio de mi carrito no es el que vi en la tienda. ¿Cuál es el correcto?',
    },
    {
      en: 'You showed me one price and are asking for another.',
      de: 'Sie haben mir einen Preis gezeigt und verlangen einen anderen.',
      fr: 'Vous m’avez affiché un prix et vous en demandez un autre.',
      es: 'Me mostraron un precio y me piden otro.',
    },
    {
      en: 'Please explain why the price changed between the list and my cart.',
      de: 'Bitte erklären Sie mir, warum sich der Preis zwischen der Liste und meinem Warenkorb geändert hat.',
      fr: 'Merci de m’expliquer pourquoi le prix a changé entre la liste et mon panier.',
      es: 'Por favor, explíquenme por qué cambió el precio entre la lista y mi carrito.',
    },
    {
      en: 'I put something into my cart, and suddenly it has a different price.',
      de: 'Ich habe etwas in den Warenkorb gelegt, und plötzlich hat es einen anderen Preis.',
      fr: 'J’ai mis un article dans mon panier, et soudain son prix est différent.',
      es: 'Puse algo en el carrito y de repente tiene otro precio.',
    },
  ],
  'not-shipped': [
    {
      en: 'I have paid for my order, and it still has not been shipped. Usually that takes a moment.',
      de: 'Ich habe meine Bestellung bezahlt, und sie ist immer noch nicht verschickt. Sonst geht das sofort.',
      fr: 'J’ai payé ma commande, et elle n’est toujours pas expédiée. D’habitude, c’est immédiat.',
      es: 'He pagado mi pedido y todavía no ha salido. Normalmente es cosa de un momento.',
    },
    {
      en: 'My card was charged, but I have no message that my parcel is on its way.',
      de: 'Meine Karte wurde belastet, aber ich habe keine Nachricht, dass mein Paket unterwegs ist.',
      fr: 'Ma carte a été débitée, mais je n’ai aucun message disant que mon colis est en route.',
      es: 'Me han cobrado en la tarjeta, pero no tengo ningún aviso de que mi paquete esté en camino.',
    },
    {
      en: 'My order says “confirmed” and nothing more. When will you send it?',
      de: 'Bei meiner Bestellung steht nur „bestätigt“. Wann verschicken Sie sie?',
      fr: 'Ma commande est « confirmée », et rien de plus. Quand l’envoyez-vous ?',
      es: 'Mi pedido pone «confirmado» y nada más. ¿Cuándo lo envían?',
    },
    {
      en: 'I paid and got a confirmation. Where is my parcel?',
      de: 'Ich habe bezahlt und eine Bestätigung bekommen. Wo bleibt mein Paket?',
      fr: 'J’ai payé et reçu une confirmation. Où est mon colis ?',
      es: 'Pagué y recibí una confirmación. ¿Dónde está mi paquete?',
    },
  ],
  'order-lost': [
    {
      en: 'You confirmed my order, and now your shop says that it does not know the number.',
      de: 'Sie haben meine Bestellung bestätigt, und jetzt kennt Ihr Shop die Nummer nicht.',
      fr: 'Vous avez confirmé ma commande, et maintenant votre boutique ne connaît pas ce numéro.',
      es: 'Confirmaron mi pedido y ahora su tienda dice que no conoce el número.',
    },
    {
      en: 'I cannot find my order any more, although I have its confirmation in front of me.',
      de: 'Ich finde meine Bestellung nicht mehr, obwohl die Bestätigung vor mir liegt.',
      fr: 'Je ne retrouve plus ma commande, alors que j’ai sa confirmation sous les yeux.',
      es: 'Ya no encuentro mi pedido, aunque tengo la confirmación delante.',
    },
    {
      en: 'My order has disappeared. Do I have to order again?',
      de: 'Meine Bestellung ist verschwunden. Muss ich noch einmal bestellen?',
      fr: 'Ma commande a disparu. Dois-je commander de nouveau ?',
      es: 'Mi pedido ha desaparecido. ¿Tengo que volver a pedirlo?',
    },
    {
      en: 'Your confirmation has an order number, but there is no such order in your shop.',
      de: 'In Ihrer Bestätigung steht eine Bestellnummer, aber in Ihrem Shop gibt es diese Bestellung nicht.',
      fr: 'Votre confirmation porte un numéro de commande, mais cette commande n’existe pas dans votre boutique.',
      es: 'Su confirmación lleva un número de pedido, pero ese pedido no existe en su tienda.',
    },
  ],
}

/** How customers refer to an order or a product. */
export const meant: Record<'order' | 'product', Record<TicketLanguage, (number: string) => string>> = {
  order: {
    en: (number) => `My order number is ${number}.`,
    de: (number) => `Meine Bestellnummer ist ${number}.`,
    fr: (number) => `Mon numéro de commande est ${number}.`,
    es: (number) => `Mi número de pedido es ${number}.`,
  },
  product: {
    en: (number) => `It was product ${number}.`,
    de: (number) => `Es ging um Artikel ${number}.`,
    fr: (number) => `C’était l’article ${number}.`,
    es: (number) => `Era el artículo ${number}.`,
  },
}

const money = (cents: number, language: TicketLanguage): string =>
  new Intl.NumberFormat(language, { style: 'currency', currency: 'EUR' }).format(cents / 100)

/** The product, and both prices that its customer saw. */
export const meantPrices: Record<TicketLanguage, (number: string, prices: TwoPrices) => string> = {
  en: (number, { shownCents, askedCents }) =>
    `It was product ${number}: ${money(shownCents, 'en')} on the page, ${money(askedCents, 'en')} in the cart.`,
  de: (number, { shownCents, askedCents }) =>
    `Es ging um Artikel ${number}: ${money(shownCents, 'de')} auf der Seite, ${money(askedCents, 'de')} im Warenkorb.`,
  fr: (number, { shownCents, askedCents }) =>
    `C’était l’article ${number} : ${money(shownCents, 'fr')} sur la page, ${money(askedCents, 'fr')} dans le panier.`,
  es: (number, { shownCents, askedCents }) =>
    `Era el artículo ${number}: ${money(shownCents, 'es')} en la página, ${money(askedCents, 'es')} en el carrito.`,
}
